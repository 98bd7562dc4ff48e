package io.tidemark.connectors.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.testing.Fuzz;
import io.tidemark.testing.Mutator;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;

/** Damaged files of one format, read through the source as a planner and a worker would. */
final class FileFuzz {

  private static final int LONGEST_MESSAGE = 10_000;

  private FileFuzz() {}

  /**
   * Reads each input with one of the settings. Rows must fit their schema and be as many as were
   * planned; an error must name the file, and be one that no retry mends.
   */
  static void run(
      String name,
      int usual,
      int bytesPerByte,
      Path file,
      List<byte[]> corpus,
      List<String> pieces,
      List<String> settings)
      throws InterruptedException {
    Fuzz.run(
        name,
        usual,
        bytesPerByte,
        new Mutator(corpus, pieces),
        input -> {
          Files.write(file, input);
          int chance = Arrays.hashCode(input);
          String how = settings.get(Math.floorMod(chance, settings.size()));
          // Each reader has a buffer of its own: few slices, and few chunks, where there are many
          // rows.
          long slice = input.length / 8 + 1L + Math.floorMod(chance, 4_000);
          try (Source source = Fixture.source(file, how, slice)) {
            Fixture.read(source, input.length < 1_000 ? new Random(chance) : null)
                .forEach(FileFuzz::check);
            return true;
          } catch (TaskException e) {
            assertThat(e.getMessage()).contains(file.getFileName().toString());
            assertThat(e.getMessage().length()).isLessThan(LONGEST_MESSAGE);
            assertThat(e.kind()).isIn(FailureKind.FATAL, FailureKind.POISON);
            return false;
          }
        });
  }

  private static void check(IndexedRecord row) {
    assertThat(GenericData.get().validate(row.getSchema(), row)).as("%s", row).isTrue();
    text(row);
  }

  /** A text that UTF-8 cannot hold would be stored as another one. */
  private static void text(Object value) {
    switch (value) {
      case IndexedRecord r -> r.getSchema().getFields().forEach(f -> text(r.get(f.pos())));
      case Collection<?> c -> c.forEach(FileFuzz::text);
      case CharSequence s -> {
        try {
          StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(s));
        } catch (CharacterCodingException e) {
          throw new AssertionError("a text that is none in UTF-8", e);
        }
      }
      case null -> {}
      default -> {}
    }
  }
}
