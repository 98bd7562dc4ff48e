package io.tidemark.connectors.iceberg;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.tidemark.core.retry.TaskException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SingleValueParser;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.Types;

/** How a table is partitioned: as specs say it, and for rows and files. */
final class Partitions {

  /** Footer entries of a data file: the partition spec's id, and the file's partition. */
  static final String SPEC = "tidemark.partition-spec";

  static final String VALUES = "tidemark.partition";

  private static final Pattern TERM =
      Pattern.compile("(?:(\\w+)\\(\\s*(?:(\\d{1,9})\\s*,\\s*)?)?([^(),]+?)\\s*(\\))?");
  private static final JsonMapper JSON = new JsonMapper();

  private Partitions() {}

  /**
   * The partition spec that the terms ask for.
   *
   * @throws TaskException FATAL, naming the term
   */
  static PartitionSpec spec(Schema schema, List<String> terms) throws TaskException {
    PartitionSpec.Builder builder = PartitionSpec.builderFor(schema);
    for (String term : terms) {
      try {
        // Only building tells whether a transform takes such a column.
        PartitionSpec.Builder alone = PartitionSpec.builderFor(schema);
        add(alone, term);
        alone.build();
        add(builder, term);
      } catch (ValidationException | IllegalArgumentException e) {
        throw new TaskException(
            io.tidemark.schemas.avro.FailureKind.FATAL,
            "",
            "sink.iceberg.partitionedBy: '"
                + term
                + "': "
                + Errors.reason(e)
                + "; the forms are column, year(c), month(c), day(c), hour(c), bucket(16, c),"
                + " truncate(4, c)",
            e);
      }
    }
    return builder.build();
  }

  private static void add(PartitionSpec.Builder builder, String term) {
    Matcher m = TERM.matcher(term.strip());
    if (!m.matches() || (m.group(1) == null) != (m.group(4) == null)) {
      throw new IllegalArgumentException("is no way to partition");
    }
    String column = m.group(3);
    boolean sized = m.group(2) != null;
    String transform = m.group(1) == null ? "" : m.group(1);
    if (sized != (transform.equals("bucket") || transform.equals("truncate"))) {
      throw new IllegalArgumentException(sized ? "takes no number" : "is no way to partition");
    }
    switch (transform) {
      case "" -> builder.identity(column);
      case "year" -> builder.year(column);
      case "month" -> builder.month(column);
      case "day" -> builder.day(column);
      case "hour" -> builder.hour(column);
      case "bucket" -> builder.bucket(column, Integer.parseInt(m.group(2)));
      case "truncate" -> builder.truncate(column, Integer.parseInt(m.group(2)));
      default -> throw new IllegalArgumentException("there is no transform " + transform);
    }
  }

  /** A row as partition transforms look at it. Used by one thread, for one row after another. */
  static final class Row implements StructLike {

    private final RowShape shape;
    private GenericRecord row;

    Row(RowShape shape) {
      this.shape = shape;
    }

    /** The partition of a row; the key is written over by the next one. */
    PartitionKey of(GenericRecord next, PartitionKey key) {
      row = next;
      key.partition(this);
      return key;
    }

    @Override
    public int size() {
      return shape.columns().size();
    }

    @Override
    public <T> T get(int position, Class<T> type) {
      RowShape.Column column = shape.columns().get(position);
      Object value = column.at() < 0 ? null : row.get(column.at());
      return value == null ? null : type.cast(column.conversion().partitioned().apply(value));
    }

    @Override
    public <T> void set(int position, T value) {
      throw new UnsupportedOperationException("rows are only read");
    }
  }

  /** Why rows of that table cannot be told apart by its partitions; empty: they can. */
  static String obstacle(PartitionSpec spec) {
    for (PartitionField field : spec.fields()) {
      boolean top = spec.schema().columns().stream().anyMatch(c -> c.fieldId() == field.sourceId());
      if (!top || field.transform().toString().equals("unknown")) {
        return "the table is partitioned by "
            + field.transform()
            + " of '"
            + spec.schema().findColumnName(field.sourceId())
            + "', which is not supported: a column of the table itself, by a known transform, is";
      }
    }
    return "";
  }

  /** What a file's footer is to say of its partition. */
  static Map<String, String> footer(PartitionSpec spec, StructLike partition) {
    ArrayNode values = JSON.createArrayNode();
    List<Types.NestedField> fields = spec.partitionType().fields();
    for (int i = 0; i < fields.size(); i++) {
      Object value = partition.get(i, Object.class);
      values.add(value == null ? null : SingleValueParser.toJson(fields.get(i).type(), value));
    }
    return Map.of(SPEC, Integer.toString(spec.specId()), VALUES, values.toString());
  }

  /**
   * The partition that a footer tells of.
   *
   * @throws JsonProcessingException if it is none of ours
   */
  static PartitionData read(PartitionSpec spec, String text) throws JsonProcessingException {
    JsonNode values = JSON.readTree(text);
    PartitionData partition = new PartitionData(spec.partitionType());
    List<Types.NestedField> fields = spec.partitionType().fields();
    for (int i = 0; i < fields.size(); i++) {
      if (!values.get(i).isNull()) {
        partition.put(i, SingleValueParser.fromJson(fields.get(i).type(), values.get(i).asText()));
      }
    }
    return partition;
  }
}
