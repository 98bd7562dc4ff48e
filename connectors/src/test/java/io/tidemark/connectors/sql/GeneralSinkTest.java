package io.tidemark.connectors.sql;

/** The sink contract on a database of which only its JDBC driver is known: HSQLDB. */
class GeneralSinkTest extends SqlSinkCases {
  @Override
  TestSql open() {
    return TestSql.hsqldb();
  }

  @Override
  void create(TestSql database) throws Exception {
    database.run("CREATE TABLE \"dst\" (\"id\" BIGINT PRIMARY KEY, \"The_Name\" VARCHAR(100))");
  }
}
