package io.tidemark.connectors.sql;

/** The sink contract on H2, in every mode. */
class H2SinkTest extends SqlSinkCases.AllModes {
  @Override
  TestSql open() throws Exception {
    return TestSql.h2();
  }
}
