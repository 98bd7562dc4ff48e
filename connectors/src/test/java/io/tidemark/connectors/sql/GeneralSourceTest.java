package io.tidemark.connectors.sql;

import java.util.Locale;

/** The source contract on a database of which only its JDBC driver is known: HSQLDB. */
class GeneralSourceTest extends SqlTimeCases {

  @Override
  TestSql open() {
    return TestSql.hsqldb();
  }

  @Override
  String tableName() {
    return "VALUES ('T')";
  }

  @Override
  String named(String column) {
    return column.toUpperCase(Locale.ROOT);
  }
}
