package io.tidemark.connectors.sql;

/** The sink contract on DuckDB, in every mode. */
class DuckDbSinkTest extends SqlSinkCases.AllModes {
  @Override
  TestSql open() throws Exception {
    return TestSql.duckdb();
  }
}
