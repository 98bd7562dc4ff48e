package io.tidemark.schemas.serde;

import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.topic.Topic;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * Every version of every record that was ever shipped, so that whatever lies in a topic can be
 * read. A version is a file {@code history/<Record>/<n>.avsc} with the record's full,
 * self-contained text: the fingerprint on the wire ignores defaults and docs, so versions that
 * share a fingerprint are still kept apart here. Files are added, never edited.
 */
public final class SchemaStore {

  private static final String HISTORY = "/io/tidemark/schemas/history/";

  private static final SchemaStore SHIPPED = new SchemaStore(SchemaStore::shippedText, records());

  private final Map<String, List<Schema>> versions = new LinkedHashMap<>();
  private final Map<Long, Schema> byFingerprint = new LinkedHashMap<>();

  /** Where the text of a version stands; empty if there is no such version. */
  @FunctionalInterface
  interface History {
    Optional<String> text(String record, int version);
  }

  SchemaStore(History history, List<Schema> records) {
    for (Schema record : records) {
      List<Schema> found = new ArrayList<>();
      Optional<String> text = history.text(record.getName(), 1);
      while (text.isPresent()) {
        Schema schema = new Schema.Parser().parse(text.get());
        found.add(schema);
        // Versions that share a fingerprint share their bytes, so either may decode them.
        byFingerprint.put(fingerprint(schema), schema);
        text = history.text(record.getName(), found.size() + 1);
      }
      versions.put(record.getName(), List.copyOf(found));
    }
  }

  /** The store of this release. */
  public static SchemaStore shipped() {
    return SHIPPED;
  }

  /** Today's schema of every record that travels on its own, by topic; nested ones are inside. */
  public static List<Schema> records() {
    return Stream.concat(
            Arrays.stream(Topic.values()).map(Topic::value),
            Stream.of(Tally.getClassSchema(), Order.getClassSchema()))
        .toList();
  }

  /**
   * All versions of a record, oldest first; version n is at index n - 1.
   *
   * @param record its short name, such as {@code Checkpoint}
   * @return empty if no such record travels on its own
   */
  public List<Schema> versions(String record) {
    return versions.getOrDefault(record, List.of());
  }

  /**
   * The schema that a record was written with.
   *
   * @param fingerprint CRC-64-AVRO of the schema's parsing canonical form, as in the record's
   *     header
   */
  public Optional<Schema> find(long fingerprint) {
    return Optional.ofNullable(byFingerprint.get(fingerprint));
  }

  /** CRC-64-AVRO of the schema's parsing canonical form. */
  static long fingerprint(Schema schema) {
    return SchemaNormalization.parsingFingerprint64(schema);
  }

  private static Optional<String> shippedText(String record, int version) {
    String name = HISTORY + record + "/" + version + ".avsc";
    try (InputStream in = SchemaStore.class.getResourceAsStream(name)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + " from the class path", e);
    }
  }
}
