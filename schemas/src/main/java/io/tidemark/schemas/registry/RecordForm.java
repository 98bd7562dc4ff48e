package io.tidemark.schemas.registry;

import io.tidemark.schemas.serde.AvroSerde;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** How records of ours travel: what a value is written as, and how the registry's form is read. */
interface RecordForm {

  /** The value's bytes. */
  <T extends SpecificRecord> byte[] write(String topic, AvroSerde<T> serde, T value);

  /**
   * A value that says that it is in the registry's form.
   *
   * @throws io.tidemark.schemas.serde.MalformedRecordException if it is none, or none of this class
   * @throws RegistryUnavailableException if no registry answers in time
   * @throws RegistryException if it cannot be read without somebody's help
   */
  <T extends SpecificRecord> T read(String topic, AvroSerde<T> serde, byte[] value);

  /**
   * Whether a value in the registry's form can be read, or refused, without asking anybody now.
   *
   * @see #meet
   */
  default boolean met(byte[] value) {
    return true;
  }

  /**
   * Asks for the schema of a value, so that it can be read later.
   *
   * @throws RegistryUnavailableException if no registry answers in time
   */
  default void meet(byte[] value) {}

  /** Makes ready to write a schema into a topic, and to read it: later nobody need be asked. */
  void prepare(String topic, Schema schema);
}
