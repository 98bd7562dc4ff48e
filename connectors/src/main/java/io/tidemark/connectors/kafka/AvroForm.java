package io.tidemark.connectors.kafka;

/** What stands before the body of an Avro value. */
enum AvroForm {
  /** C3 01 and the fingerprint of the writer's schema, as Avro itself defines it. */
  SINGLE_OBJECT,
  /** Nothing. */
  BINARY,
  /** 00 and the id of the writer's schema in a registry. */
  REGISTRY
}
