package io.tidemark.connectors.sql;

import io.tidemark.connectors.sql.SinkSettings.Mode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;

/** Any database with a JDBC driver, by what the SQL standard and JDBC say and nothing else. */
class General extends Dialect {

  static final General INSTANCE = new General();

  @Override
  String product() {
    return "a database of the general dialect";
  }

  @Override
  List<String> lacks() {
    return List.of(
        "general dialect: modes upsert and insert-ignore are not to be had",
        "general dialect: tables are not created, except tidemark_progress",
        "general dialect: the session of a former claimant is not ended; a chunk is sent when it is"
            + " whole, and the fence refuses the older claim",
        "general dialect: tables are not cut by hash",
        "general dialect: the replication lag cannot be asked for",
        "general dialect: an empty text is written as it is, and some databases, such as Oracle, take"
            + " it for NULL",
        "general dialect: failures are told apart by their SQLSTATE alone");
  }

  @Override
  boolean logsOn() {
    return false;
  }

  @Override
  Optional<SqlTable> table(Connection connection, TableName name) throws SQLException {
    return new Described(connection).table(name, Described::standard);
  }

  @Override
  List<String> names(Connection connection, TableName wanted) throws SQLException {
    return new Described(connection).names(wanted);
  }

  @Override
  Optional<String> type(Schema present, int keys) {
    return Optional.empty();
  }

  @Override
  Set<Mode> modes() {
    return EnumSet.of(Mode.INSERT);
  }

  // Some know no BIGINT, and some no IF NOT EXISTS.
  @Override
  String whole() {
    return "DECIMAL(20)";
  }

  @Override
  String createTable() {
    return "CREATE TABLE ";
  }
}
