package io.tidemark.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaHistoryTest {

  private static final Path HISTORY =
      Path.of(System.getProperty("tidemark.root"))
          .resolve("schemas/src/main/resources/io/tidemark/schemas/history");

  static List<Schema> records() {
    return SchemaStore.records();
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldHoldTodaysSchemaAsItsNewestVersion(Schema today) throws IOException {
    List<Schema> versions = SchemaStore.shipped().versions(today.getName());
    String text = SchemaText.of(today);
    if (!versions.isEmpty() && SchemaText.of(versions.get(versions.size() - 1)).equals(text)) {
      return;
    }
    Path next = HISTORY.resolve(today.getName()).resolve((versions.size() + 1) + ".avsc");
    if (Boolean.getBoolean("tidemark.history.write")) {
      Files.createDirectories(next.getParent());
      Files.writeString(next, text);
      fail("wrote %s: commit it, and run the tests again without the flag", next);
    }
    fail(
        """
        The schema of %s differs from the newest in its history. Shipped versions are never edited:
        add today's as %s with
          mvn -pl schemas -am test -Dtest=SchemaHistoryTest -Dtidemark.history.write=true \
        -Dsurefire.failIfNoSpecifiedTests=false
        then give Samples an instance of the new version.""",
        today.getName(), next);
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldReadEveryVersionWithEveryOther(Schema today) {
    List<Schema> versions = SchemaStore.shipped().versions(today.getName());

    for (Schema reader : versions) {
      for (Schema writer : versions) {
        var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        assertThat(result.getType())
            .as(
                "version %d of %s reads version %d (FULL_TRANSITIVE): %s",
                versions.indexOf(reader) + 1,
                today.getName(),
                versions.indexOf(writer) + 1,
                result.getResult().getIncompatibilities())
            .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
      }
    }
  }

  @Test
  void shouldHoldNoFileThatTheStoreDoesNotLoad() throws IOException {
    try (Stream<Path> files = Files.walk(HISTORY)) {
      assertThat(files.filter(Files::isRegularFile).map(f -> HISTORY.relativize(f).toString()))
          .containsExactlyInAnyOrderElementsOf(
              records().stream()
                  .flatMap(
                      r ->
                          Stream.iterate(1, n -> n + 1)
                              .limit(SchemaStore.shipped().versions(r.getName()).size())
                              .map(n -> r.getName() + "/" + n + ".avsc"))
                  .toList());
    }
  }

  /** What BoundedDecoder's limit on lists stands on. */
  @ParameterizedTest
  @MethodSource("records")
  void shouldHaveNoListOfItemsWithoutBytes(Schema today) {
    assertThat(zeroByteItems(today)).isEmpty();
  }

  private static Optional<String> zeroByteItems(Schema schema) {
    return switch (schema.getType()) {
      case RECORD ->
          schema.getFields().stream().flatMap(f -> zeroByteItems(f.schema()).stream()).findFirst();
      case UNION -> schema.getTypes().stream().flatMap(s -> zeroByteItems(s).stream()).findFirst();
      case ARRAY -> emptyItem(schema.getElementType());
      default -> Optional.empty();
    };
  }

  private static Optional<String> emptyItem(Schema item) {
    boolean empty =
        switch (item.getType()) {
          case NULL, FIXED -> true;
          case RECORD -> item.getFields().isEmpty();
          default -> false;
        };
    return empty ? Optional.of(item.getFullName()) : zeroByteItems(item);
  }
}
