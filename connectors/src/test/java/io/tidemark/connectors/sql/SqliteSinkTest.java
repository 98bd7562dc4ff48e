package io.tidemark.connectors.sql;

/** The sink contract on SQLite, in every mode. */
class SqliteSinkTest extends SqlSinkCases.AllModes {
  @Override
  TestSql open() throws Exception {
    return TestSql.sqlite();
  }
}
