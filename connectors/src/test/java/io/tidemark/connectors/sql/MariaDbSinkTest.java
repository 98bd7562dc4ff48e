package io.tidemark.connectors.sql;

/** The sink contract on MariaDB, in every mode. */
class MariaDbSinkTest extends SqlSinkCases.AllModes {
  @Override
  TestSql open() throws Exception {
    return TestSql.mariadb();
  }
}
