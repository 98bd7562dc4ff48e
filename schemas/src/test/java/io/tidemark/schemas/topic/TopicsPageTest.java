package io.tidemark.schemas.topic;

import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.testing.GeneratedPage;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/topics.md}: the topics and every field of what travels in them. */
class TopicsPageTest {

  private final GeneratedPage page =
      new GeneratedPage(
          "topics.md",
          TopicsPageTest.class,
          "Topics",
          """

          Names are `<namespace>.<what>`, or `<namespace>.<what>.<domain>` where each domain has its own; the namespace is
          `tidemark` and the domain `default` unless set otherwise. Keys are UTF-8 text, values are Avro in single-object
          encoding. A topic with a Kafka partition for each queue has as many as the domain has queues. What is internal to the
          reconciler, and why it writes to topics of others, is told in [ADR 15](../adr/0015-commands-orders-and-shares.md).""");

  @Test
  void shouldTellOfEveryTopicAndField() {
    page.heading(2, "Table")
        .head("topic", "key", "value", "Kafka partitions", "settings", "written by");
    Map<String, Schema> named = new LinkedHashMap<>();
    for (Topic t : Topic.values()) {
      page.row(
          "`" + t.what() + (t.perDomain() ? ".<domain>" : "") + "`",
          t.key(),
          link(t.value()),
          t.perDomain() ? "one for each queue" : "1",
          new TreeMap<>(t.configs())
              .entrySet().stream().map(e -> "`" + e + "`").collect(Collectors.joining(" ")),
          t.writer());
      collect(t.value(), named);
    }
    page.line("").line("Internal to the reconciler:").line("");
    page.head("topic", "key", "value", "Kafka partitions");
    page.row("`tallies`", "`<backfill>|<queue>`", link(Tally.getClassSchema()), "1");
    page.row(
        "`orders.<domain>`", "backfill id", link(Order.getClassSchema()), "one for each queue");
    collect(Tally.getClassSchema(), named);
    collect(Order.getClassSchema(), named);

    page.heading(2, "Records").line("In the order in which they first come up above.");
    named.values().forEach(this::describe);
    page.check();
  }

  private void describe(Schema s) {
    page.heading(3, s.getName()).line(s.getDoc()).line("");
    if (s.getType() == Schema.Type.ENUM) {
      page.line(
          s.getEnumSymbols().stream().map(n -> "`" + n + "`").collect(Collectors.joining(", "))
              + (s.getEnumDefault() == null
                  ? "."
                  : "; one that a reader does not know is read as `" + s.getEnumDefault() + "`."));
    } else if (s.getType() == Schema.Type.RECORD) {
      page.head("field", "type", "default", "meaning");
      for (Schema.Field f : s.getFields()) {
        page.row("`" + f.name() + "`", type(f.schema()), byDefault(f), f.doc());
      }
    }
  }

  private static String byDefault(Schema.Field f) {
    if (!f.hasDefaultValue()) {
      return "";
    }
    Object value = f.defaultVal();
    if (JsonProperties.NULL_VALUE.equals(value)) {
      return "`null`";
    }
    return value.equals("") ? "empty" : "`" + value + "`";
  }

  private static String type(Schema s) {
    return switch (s.getType()) {
      case UNION ->
          s.getTypes().stream().map(TopicsPageTest::type).collect(Collectors.joining(" or "));
      case ARRAY -> "list of " + type(s.getElementType());
      case MAP -> "map of text to " + type(s.getValueType());
      case RECORD, ENUM, FIXED -> link(s);
      default -> s.getType().getName();
    };
  }

  private static String link(Schema s) {
    return "[" + s.getName() + "](#" + s.getName().toLowerCase(Locale.ROOT) + ")";
  }

  private static void collect(Schema s, Map<String, Schema> named) {
    switch (s.getType()) {
      case UNION -> s.getTypes().forEach(t -> collect(t, named));
      case ARRAY -> collect(s.getElementType(), named);
      case MAP -> collect(s.getValueType(), named);
      case ENUM, FIXED -> named.putIfAbsent(s.getFullName(), s);
      case RECORD -> {
        if (named.putIfAbsent(s.getFullName(), s) == null) {
          s.getFields().forEach(f -> collect(f.schema(), named));
        }
      }
      default -> {}
    }
  }
}
