package io.tidemark.connectors.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/** Avro container files as Avro's own writer makes them, block by block. */
final class AvroFiles {

  private AvroFiles() {}

  /**
   * @param blocks rows of each block
   */
  static byte[] of(
      Schema schema, CodecFactory codec, List<? extends List<? extends GenericRecord>> blocks)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema, new GenericData()))) {
      writer.setCodec(codec).create(schema, out);
      for (List<? extends GenericRecord> block : blocks) {
        for (GenericRecord row : block) {
          writer.append(row);
        }
        writer.sync();
      }
    }
    return out.toByteArray();
  }
}
