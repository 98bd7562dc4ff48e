package io.tidemark.connectors.kafka;

import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.Shown;
import io.tidemark.schemas.registry.RegistryRecords;
import io.tidemark.schemas.serde.BoundedDecoder;
import io.tidemark.schemas.serde.MalformedRecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;

/**
 * Avro values, read into one schema whatever they were written with. What does not decode is a bad
 * record; a schema that is not known is not the record's fault.
 */
final class AvroValues implements ValueReader.Decoding {

  /** Bytes before the body in single-object encoding: C3 01 and the schema's fingerprint. */
  static final int SINGLE_OBJECT_HEADER = 2 + Long.BYTES;

  /** Bytes before the body in the form of registries: 0 and the schema's id. */
  static final int REGISTRY_HEADER = 1 + Integer.BYTES;

  private final AvroForm form;
  private final Schema reader;
  private final long fingerprint;
  private final Optional<RegistryRecords> registry;
  private final Map<Integer, GenericDatumReader<IndexedRecord>> readers = new HashMap<>();
  private final GenericDatumReader<IndexedRecord> own;

  /**
   * @param reader a record
   * @param registry where writers' schemas are, in the form of registries
   */
  AvroValues(AvroForm form, Schema reader, Optional<RegistryRecords> registry) {
    this.form = form;
    this.reader = reader;
    this.fingerprint = SchemaNormalization.parsingFingerprint64(reader);
    this.registry = registry;
    this.own = new GenericDatumReader<>(reader, reader, GenericData.get());
  }

  List<Schema.Field> fields() {
    return ValueReader.copies(reader.getFields());
  }

  @Override
  public IndexedRecord decode(byte[] value) throws BadValueException {
    return switch (form) {
      case BINARY -> body(own, value, 0);
      case SINGLE_OBJECT -> {
        if (value.length < SINGLE_OBJECT_HEADER || value[0] != (byte) 0xC3 || value[1] != 1) {
          throw new BadValueException(
              "is no Avro single-object encoding: it does not begin with C3 01");
        }
        long written =
            ByteBuffer.wrap(value, 2, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (written != fingerprint) {
          throw new BadValueException(
              "was written with the schema of fingerprint %016x, and the spec's has %016x"
                  .formatted(written, fingerprint));
        }
        yield body(own, value, SINGLE_OBJECT_HEADER);
      }
      case REGISTRY -> {
        int id =
            RegistryRecords.idIn(value)
                .orElseThrow(
                    () ->
                        new BadValueException(
                            "is not in the form of schema registries: it does not begin with 00 and"
                                + " a schema's id"));
        yield body(reader(id, value), value, REGISTRY_HEADER);
      }
    };
  }

  private GenericDatumReader<IndexedRecord> reader(int id, byte[] value) throws BadValueException {
    GenericDatumReader<IndexedRecord> known = readers.get(id);
    if (known == null) {
      try {
        Schema writer = registry.orElseThrow().schemaOf(value);
        known = new GenericDatumReader<>(writer, reader, GenericData.get());
      } catch (MalformedRecordException e) {
        throw new BadValueException("cannot be read: " + Shown.reason(e), e);
      }
      readers.put(id, known);
    }
    return known;
  }

  private IndexedRecord body(GenericDatumReader<IndexedRecord> by, byte[] value, int from)
      throws BadValueException {
    try {
      BoundedDecoder decoder = new BoundedDecoder(value, from);
      IndexedRecord record = by.read(null, decoder);
      if (decoder.left() > 0) {
        throw new BadValueException("has bytes behind its last field");
      }
      return record;
    } catch (IOException | AvroRuntimeException e) {
      throw bad(e);
    } catch (IndexOutOfBoundsException | NegativeArraySizeException | ClassCastException e) {
      // What Avro itself throws of some damaged bytes.
      throw bad(e);
    }
  }

  private BadValueException bad(Exception e) {
    return new BadValueException(
        "is no Avro of " + reader.getFullName() + ": " + Shown.reason(e), e);
  }
}
