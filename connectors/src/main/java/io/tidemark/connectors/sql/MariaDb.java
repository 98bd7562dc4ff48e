package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.sql.SinkSettings.Mode;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;

/** MariaDB and MySQL. */
final class MariaDb extends Dialect {

  private static final int SYNTAX = 1064;
  private static final int PATIENCE_SECONDS = 10;
  private static final int MOST_ROWS = 100;
  private static final int MOST_PARAMETERS = 65_535;

  @Override
  String product() {
    return "MariaDB";
  }

  // MariaDB's own name, or MySQL's: collations of one are unknown to the other.
  @Override
  String words(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
  }

  @Override
  boolean keepsTypes() {
    return true;
  }

  // A timestamp of which nothing is said may be given a default.
  @Override
  String nullable() {
    return " NULL";
  }

  @Override
  Map<String, String> properties(Use use) {
    return Map.of(
        "useServerPrepStmts", "true",
        "connectTimeout", "10000",
        "socketTimeout", "600000",
        "tcpKeepAlive", "true",
        "yearIsDateType", "false",
        "tinyInt1isBit", "false");
  }

  // Strict, or values would be cut to fit; a 0 stays one where a column numbers itself.
  @Override
  Optional<String> opening(Use use) {
    return Optional.of(
        use == Use.WRITE
            ? "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,"
                + "NO_AUTO_VALUE_ON_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION',"
                + " innodb_lock_wait_timeout = 10, lock_wait_timeout = 10"
            : "SET SESSION time_zone = '+00:00'");
  }

  @Override
  Optional<String> isolation(Use use) {
    return Optional.of(
        use == Use.READ ? "TRANSACTION_REPEATABLE_READ" : "TRANSACTION_READ_COMMITTED");
  }

  @Override
  String quote(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  @Override
  String limit(long offset, long rows) {
    return " LIMIT " + rows + (offset == 0 ? "" : " OFFSET " + offset);
  }

  @Override
  Optional<SqlTable> table(Connection connection, TableName name) throws SQLException {
    return new MariaDbCatalog(connection).table(name);
  }

  @Override
  List<String> names(Connection connection, TableName wanted) throws SQLException {
    return new MariaDbCatalog(connection).names(wanted);
  }

  @Override
  boolean equates(SqlColumn column) {
    return super.equates(column) || MariaDbTypes.equates(column);
  }

  // Next to a literal, the column's collation holds; rows of VALUES are spelled otherwise in MySQL.
  @Override
  String numbered(SqlColumn column, int values) {
    return IntStream.range(0, values)
        .mapToObj(i -> "SELECT ?, " + i)
        .collect(Collectors.joining(" UNION ALL "));
  }

  @Override
  Optional<String> bucket(List<SqlColumn> columns, List<String> named, int buckets) {
    List<String> digits = digits(columns, named, "HEX(%s)", "CONVERT(%s USING utf8mb4)");
    return Optional.of("CRC32(CONCAT_WS(',', " + String.join(", ", digits) + ")) % " + buckets);
  }

  @Override
  Values.Reader reader(SqlColumn column) {
    return MariaDbTypes.reader(column);
  }

  @Override
  Values.Converter converter(SqlColumn column) {
    return MariaDbTypes.converter(column);
  }

  @Override
  Optional<String> type(Schema present, int keys) {
    return MariaDbTypes.type(present, keys);
  }

  @Override
  String tableEnd(String words) {
    // Texts that differ stay different keys, those with blanks at their end as well.
    return " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE "
        + (words.equals("mysql") ? "utf8mb4_0900_bin" : "utf8mb4_nopad_bin");
  }

  // Several times as fast as batches of its drivers; a statement has 65,535 parameters at most.
  @Override
  int rowsAtOnce(int columns, Mode mode) {
    return Math.max(1, Math.min(MOST_ROWS, MOST_PARAMETERS / columns));
  }

  @Override
  Optional<String> ambiguous(SqlTable table, List<String> key) {
    return table
        .otherUnique(key)
        .map(
            other ->
                "ON DUPLICATE KEY takes the first key that is there, and "
                    + other
                    + " is on other columns");
  }

  @Override
  String conflict(List<SqlColumn> columns, List<String> key, Mode mode) {
    List<String> rest =
        columns.stream().map(SqlColumn::name).filter(c -> !key.contains(c)).toList();
    // INSERT IGNORE would also let values be cut to fit.
    String same = quote(key.getFirst());
    return " ON DUPLICATE KEY UPDATE "
        + (mode == Mode.INSERT_IGNORE || rest.isEmpty()
            ? same + " = " + same
            : rest.stream()
                .map(c -> quote(c) + " = VALUES(" + quote(c) + ")")
                .collect(Collectors.joining(", ")));
  }

  @Override
  String shortText() {
    return "varchar(255) CHARACTER SET ascii COLLATE ascii_bin";
  }

  @Override
  String longText() {
    return "longtext";
  }

  @Override
  boolean endsSessions() {
    return true;
  }

  // A lock of the session itself: it is gone with the session, and tells whose it is.
  @Override
  boolean hold(Connection connection, TableName progress, Claim claim) throws SQLException {
    String lock = lock(connection, progress, claim);
    Long holder = number(connection, "SELECT IS_USED_LOCK(?)", lock);
    Long self = number(connection, "SELECT CONNECTION_ID()");
    if (holder != null && !holder.equals(self)) {
      kill(connection, holder);
    }
    Long got = number(connection, "SELECT GET_LOCK(?, " + PATIENCE_SECONDS + ")", lock);
    return got != null && got == 1;
  }

  private static void kill(Connection connection, long session) throws SQLException {
    try (Statement s = connection.createStatement()) {
      s.execute("KILL CONNECTION " + session);
    } catch (SQLException e) {
      // 1094: it has just ended by itself.
      if (e.getErrorCode() != 1094) {
        throw e;
      }
    }
  }

  @Override
  void release(Connection connection, TableName progress, Claim claim) throws SQLException {
    number(connection, "SELECT RELEASE_LOCK(?)", lock(connection, progress, claim));
  }

  // At most 64 characters; one server may hold several databases.
  private static String lock(Connection connection, TableName progress, Claim claim)
      throws SQLException {
    String database = progress.schema().isEmpty() ? connection.getCatalog() : progress.schema();
    String all = database + "/" + claim.partition();
    return "tidemark/" + UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8));
  }

  private static Long number(Connection connection, String sql, String... texts)
      throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      for (int i = 0; i < texts.length; i++) {
        s.setString(i + 1, texts[i]);
      }
      try (ResultSet r = s.executeQuery()) {
        r.next();
        long value = r.getLong(1);
        return r.wasNull() ? null : value;
      }
    }
  }

  @Override
  String forUpdate() {
    return " FOR UPDATE";
  }

  @Override
  double replicationLag(Connection connection, int seconds) throws SQLException, TaskException {
    if (!words(connection).equals("mysql")) {
      return behind(connection, seconds, "SHOW SLAVE STATUS", "Seconds_Behind_Master");
    }
    try {
      return behind(connection, seconds, "SHOW REPLICA STATUS", "Seconds_Behind_Source");
    } catch (SQLException e) {
      // Before 8.0.22 it was called otherwise.
      if (e.getErrorCode() != SYNTAX) {
        throw e;
      }
      return behind(connection, seconds, "SHOW SLAVE STATUS", "Seconds_Behind_Master");
    }
  }

  private static double behind(Connection connection, int seconds, String sql, String column)
      throws SQLException, TaskException {
    try (Statement s = connection.createStatement()) {
      s.setQueryTimeout(seconds);
      try (ResultSet r = s.executeQuery(sql)) {
        // Of a primary there is nothing to tell: only its replicas know how far they are.
        double most = 0;
        while (r.next()) {
          most = Math.max(most, r.getDouble(column));
          if (r.wasNull()) {
            throw TaskException.fatal(
                "replication is stopped, so that its lag is not known; see " + sql);
          }
        }
        return most;
      }
    }
  }

  @Override
  FailureKind kind(SQLException e) {
    return switch (e.getErrorCode()) {
      // Lock wait, deadlock; interrupted; took too long; read-only, as while a failover is on.
      case 1205, 1213, 1317, 1969, 3024, 1290, 1836 -> FailureKind.TRANSIENT;
      // Too many connections, or of a user; disk or table full.
      case 1040, 1203, 1226, 1021, 1114 -> FailureKind.OVERLOAD;
      // Shutdown, killed by a newer claimant, the network.
      case 1053, 1927, 1152, 1158, 1159, 1160, 1161, 1184 -> FailureKind.UNAVAILABLE;
      // A value that the column does not take: its range, form, characters, checks, size.
      case 1048,
          1062,
          1216,
          1264,
          1265,
          1292,
          1300,
          1366,
          1406,
          1452,
          1525,
          1690,
          3140,
          3819,
          4025,
          1118 ->
          FailureKind.POISON;
      default -> super.kind(e);
    };
  }

  @Override
  String remedy(SQLException e) {
    return switch (e.getErrorCode()) {
      case 1045, 1044 -> "check user, password and rights";
      case 1142, 1143 -> "grant what is missing to that user";
      case 1049 -> "check the database name in the url";
      case 1062 ->
          "a row with this key is already there: use mode upsert or insert-ignore, or"
              + " empty the table";
      case 1095 ->
          "the former claimant logged on as another user: grant CONNECTION ADMIN, or use"
              + " one user for all workers";
      case 1040, 1203, 1226 -> "lower the number of lanes or raise max_connections";
      case 1205 -> "another session holds a lock on it; tried again later";
      case 1146, 1054 -> "it was there when the backfill was planned; was it dropped?";
      default ->
          e.getSQLState() != null && e.getSQLState().startsWith("08")
              ? "is it running there and reachable from here?"
              : "";
    };
  }
}
