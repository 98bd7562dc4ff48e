package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Sink;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a chunk that cannot be written. */
class LakeWriterTest {

  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredLong("id").endRecord();

  @TempDir Path warehouse;

  /** Files on a disk that has room for nothing, and counts the streams that are open. */
  private static final class FullDisk implements FileIO {
    private static final long serialVersionUID = 1L;

    private final LakeFiles files = new LakeFiles();
    private final AtomicInteger open = new AtomicInteger();

    @Override
    public InputFile newInputFile(String location) {
      return files.newInputFile(location);
    }

    @Override
    public OutputFile newOutputFile(String location) {
      OutputFile file = files.newOutputFile(location);
      return new OutputFile() {
        @Override
        public PositionOutputStream create() {
          return full(file.create());
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
          return full(file.createOrOverwrite());
        }

        @Override
        public String location() {
          return location;
        }

        @Override
        public InputFile toInputFile() {
          return file.toInputFile();
        }
      };
    }

    private PositionOutputStream full(PositionOutputStream out) {
      open.incrementAndGet();
      return new PositionOutputStream() {
        private static final int MAGIC = 4;

        @Override
        public void write(int b) throws IOException {
          throw new IOException("No space left on device");
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          if (getPos() + length > MAGIC) {
            throw new IOException("No space left on device");
          }
          out.write(bytes, from, length);
        }

        @Override
        public long getPos() throws IOException {
          return out.getPos();
        }

        @Override
        public void close() throws IOException {
          open.decrementAndGet();
          out.close();
        }
      };
    }

    @Override
    public void deleteFile(String location) {
      files.deleteFile(location);
    }
  }

  @Test
  void shouldLeaveNoStreamOpenAndNoFileWhenTheDiskIsFull() throws Exception {
    try (Sink sink = Tables.sink(warehouse)) {
      sink.prepare(Tables.shape(SCHEMA));
    }
    FullDisk disk = new FullDisk();
    String location = Tables.table(warehouse).location();
    Table table = new BaseTable(new FolderTable(location, disk), "lake.rows");
    Places places = new Places(table, Tables.BACKFILL);
    Claim claim = new Claim(Tables.BACKFILL, Tables.BACKFILL + "/000001", 7, "w1");
    RowShape shape = RowShape.of(SCHEMA, table.schema()).shape();
    GenericRecord row = new GenericRecordBuilder(SCHEMA).set("id", 1L).build();
    try (LakeWriter writer =
        new LakeWriter(
            table, shape, places, new Claims(disk, claim, places.claims("000001")), claim)) {

      TaskException e =
          catchThrowableOfType(TaskException.class, () -> Tables.chunk(writer, List.of(row)));

      assertThat(e.kind()).isEqualTo(FailureKind.OVERLOAD);
      assertThat(disk.open).hasValue(0);
      assertThat(Tables.files(Path.of(location, "data"))).isEmpty();
    }
  }
}
