package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.sql.SinkSettings.Mode;
import io.tidemark.core.retry.SqlStates;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.Connection;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;

/**
 * How one kind of database wants to be spoken to. What stands here is what the SQL standard and
 * JDBC say; each database's own class says where it differs. Stateless.
 */
abstract class Dialect {

  /** What connections are for. */
  enum Use {
    READ,
    WRITE,
    /** Asking a source how it is. */
    PROBE,
    /** Asking a sink, which this process holds for writing. */
    PROBE_SINK
  }

  /** Its name for people, such as {@code MariaDB}. */
  abstract String product();

  /** Whose words {@link SqlColumn#type} is in: only a table there is made with the same words. */
  String words(Connection connection) throws SQLException {
    return product();
  }

  /** Whether a table is made with the words that another one of the same {@link #words} has. */
  boolean keepsTypes() {
    return false;
  }

  /** What a column that may be NULL is declared with. */
  String nullable() {
    return "";
  }

  /** What a backfill goes without here, a sentence each. */
  List<String> lacks() {
    return List.of();
  }

  /** Whether a connection wants a user and a password. */
  boolean logsOn() {
    return true;
  }

  /** The file that a URL names, behind {@code jdbc:} and without options; empty: it names none. */
  Optional<String> file(String url) {
    return Optional.empty();
  }

  /** URL of a database that is empty, in the memory of this process. */
  String empty() {
    throw new IllegalStateException("only of a database that is a file");
  }

  /** Properties for the driver. */
  Map<String, String> properties(Use use) {
    return Map.of();
  }

  /** A statement that each session begins with. */
  Optional<String> opening(Use use) {
    return Optional.empty();
  }

  /** Name of the isolation level; empty: the database's usual one. */
  Optional<String> isolation(Use use) {
    return Optional.empty();
  }

  /** Whether sessions are told that they only read. */
  boolean readOnly(Use use) {
    return use != Use.WRITE;
  }

  String quote(String name) {
    return Sql.ident(name);
  }

  /** A table, quoted. */
  final String sql(TableName table) {
    return table.schema().isEmpty()
        ? quote(table.table())
        : quote(table.schema()) + "." + quote(table.table());
  }

  /** Columns, quoted, with commas between. */
  final String list(Collection<String> names) {
    return names.stream().map(this::quote).collect(Collectors.joining(", "));
  }

  /** The end of a query that passes over {@code offset} rows and gives {@code rows}. */
  String limit(long offset, long rows) {
    return " OFFSET " + offset + " ROWS FETCH NEXT " + rows + " ROWS ONLY";
  }

  /** Rows that a driver asks for at once. */
  int fetch() {
    return 1_000;
  }

  /** A parameter that takes values of that column. */
  String parameter(SqlColumn column) {
    return "?";
  }

  /** The table, or empty if there is none of that name. */
  abstract Optional<SqlTable> table(Connection connection, TableName name) throws SQLException;

  /** Tables there are, spelled as the one that was not found. */
  abstract List<String> names(Connection connection, TableName wanted) throws SQLException;

  /** Whether only a column that an index begins with can be walked in order. */
  boolean wantsIndex() {
    return true;
  }

  /** Why no table can be cut by time; empty: it can, where a column has times. */
  Optional<String> timeless() {
    return Optional.empty();
  }

  /** Whether a value that was read, and given back as a parameter, is equal to what was read. */
  boolean equates(SqlColumn column) {
    return column.held().ordered();
  }

  /** A query for parameters of a column, each with its number, from 0. */
  String numbered(SqlColumn column, int values) {
    String row = "(CAST(" + parameter(column) + " AS " + column.type() + "), ";
    return IntStream.range(0, values)
        .mapToObj(i -> row + i + ")")
        .collect(Collectors.joining(", ", "VALUES ", ""));
  }

  /**
   * The number of a row's bucket, from 0 and never NULL, which is the same on every server and in
   * each version.
   *
   * @param named what stands for each column
   * @return empty: there is none of such columns
   */
  Optional<String> bucket(List<SqlColumn> columns, List<String> named, int buckets) {
    return Optional.empty();
  }

  /**
   * What a bucket may be computed of, so that no mode of a session changes it and no two rows of
   * other values share it: each column's bytes in hexadecimal digits, {@code '-'} for NULL.
   *
   * @param hex a function of bytes, of {@code %s}
   * @param bytes those of a text in UTF-8, of {@code %s}, which may be another type's text
   */
  static List<String> digits(
      List<SqlColumn> columns, List<String> named, String hex, String bytes) {
    return IntStream.range(0, named.size())
        .mapToObj(
            i ->
                columns.get(i).held().type().name().equals("bytes")
                    ? named.get(i)
                    : bytes.formatted(named.get(i)))
        .map(each -> "COALESCE(" + hex.formatted(each) + ", '-')")
        .toList();
  }

  /** What to do where there is no {@link #bucket}. */
  String unhashed() {
    return "cut by key, time or list";
  }

  Values.Reader reader(SqlColumn column) {
    return Values.reader(column.held());
  }

  Values.Converter converter(SqlColumn column) {
    return Values.converter(column.held());
  }

  /**
   * The type of a column that holds such values.
   *
   * @param present Avro's type, without null
   * @param keys of how many columns the key is that it belongs to; 0: to none
   * @return empty: there is none
   */
  abstract Optional<String> type(Schema present, int keys);

  /**
   * What stands behind the columns of a table that is made.
   *
   * @param words what {@link #words} says
   */
  String tableEnd(String words) {
    return "";
  }

  /** What can become of a row whose key is already there. */
  Set<Mode> modes() {
    return EnumSet.allOf(Mode.class);
  }

  /** Why a mode cannot be relied on for a table; empty: it can. */
  Optional<String> ambiguous(SqlTable table, List<String> key) {
    return Optional.empty();
  }

  /** How many rows one statement may write. */
  int rowsAtOnce(int columns, Mode mode) {
    return 1;
  }

  /**
   * A statement that writes rows; its parameters are the columns in order, row by row.
   *
   * @param rows how many, at most {@link #rowsAtOnce}
   */
  String write(SqlTable table, List<SqlColumn> columns, List<String> key, Mode mode, int rows) {
    String row = columns.stream().map(this::parameter).collect(Collectors.joining(", ", "(", ")"));
    String insert =
        "INSERT INTO "
            + sql(table.name())
            + " ("
            + list(columns.stream().map(SqlColumn::name).toList())
            + ") VALUES "
            + String.join(", ", Collections.nCopies(rows, row));
    return mode == Mode.INSERT ? insert : insert + conflict(columns, key, mode);
  }

  /** What an INSERT of another mode ends with. */
  String conflict(List<SqlColumn> columns, List<String> key, Mode mode) {
    List<String> rest =
        columns.stream().map(SqlColumn::name).filter(c -> !key.contains(c)).toList();
    return " ON CONFLICT ("
        + list(key)
        + ") DO "
        + (mode == Mode.INSERT_IGNORE || rest.isEmpty()
            ? "NOTHING"
            : rest.stream()
                .map(c -> quote(c) + " = excluded." + quote(c))
                .collect(Collectors.joining(", ", "UPDATE SET ", "")));
  }

  /** Type of a short text that is a key: ASCII, at most 255 characters. */
  String shortText() {
    return "VARCHAR(255)";
  }

  /** Type of a text that is as long as a key's texts are. */
  String longText() {
    return "VARCHAR(4000)";
  }

  /** Type of a whole number of 64 bits. */
  String whole() {
    return "BIGINT";
  }

  /** How a table is made unless it is there. */
  String createTable() {
    return "CREATE TABLE IF NOT EXISTS ";
  }

  /**
   * Whether the sessions of former claimants can be ended. Where not, nothing is sent to the
   * database before a chunk is whole, so that a stopped process leaves nothing open there.
   */
  boolean endsSessions() {
    return false;
  }

  /**
   * Ends the session that holds a partition, and marks this one as its holder.
   *
   * @param progress where its progress is, which partitions are told apart by
   * @return whether no such session is left
   */
  boolean hold(Connection connection, TableName progress, Claim claim) throws SQLException {
    return true;
  }

  /** Undoes {@link #hold}. */
  void release(Connection connection, TableName progress, Claim claim) throws SQLException {}

  /** What a query for a row to be changed ends with, so that nobody else changes it first. */
  String forUpdate() {
    return "";
  }

  /**
   * How far replicas are behind, seconds.
   *
   * @throws TaskException if it cannot be told
   */
  double replicationLag(Connection connection, int seconds) throws SQLException, TaskException {
    throw TaskException.fatal(
        "the replication lag of " + product() + " cannot be told; ask with a probe's 'sql'");
  }

  /** How a failure is handled. */
  FailureKind kind(SQLException e) {
    return switch (e) {
      case SQLIntegrityConstraintViolationException v -> FailureKind.POISON;
      case SQLDataException v -> FailureKind.POISON;
      case SQLTransactionRollbackException v -> FailureKind.TRANSIENT;
      case SQLTimeoutException v -> FailureKind.TRANSIENT;
      case SQLInvalidAuthorizationSpecException v -> FailureKind.FATAL;
      case SQLTransientConnectionException v -> FailureKind.UNAVAILABLE;
      case SQLNonTransientConnectionException v -> FailureKind.UNAVAILABLE;
      case SQLRecoverableException v -> FailureKind.UNAVAILABLE;
      default -> SqlStates.classify(e.getSQLState());
    };
  }

  /** What to do about a failure, where that is known; else empty. */
  String remedy(SQLException e) {
    return "";
  }
}
