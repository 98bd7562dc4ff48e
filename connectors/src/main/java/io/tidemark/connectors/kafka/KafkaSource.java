package io.tidemark.connectors.kafka;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.kafka.KafkaEndpoint.Side;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.registry.RegistryRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * The history of a topic: the committed records of each Kafka partition from its first offset up to
 * the last stable one at plan time. A slice is a range of offsets; one whose records are no longer
 * there, or whose topic is another one of the same name, is refused.
 */
final class KafkaSource implements Source {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final SourceSettings settings;
  private final KafkaErrors errors;
  private final Consumers consumers;
  private final Optional<RegistryRecords> registry;
  private TopicAdmin admin;
  private SourceShape shape;

  KafkaSource(SourceSettings settings) throws TaskException {
    this.settings = settings;
    this.errors = new KafkaErrors(settings.endpoint());
    this.registry =
        settings.avro().isPresent() ? settings.avro().get().records(Side.SOURCE) : Optional.empty();
    this.consumers = new Consumers(settings.endpoint(), errors);
  }

  @Override
  public synchronized SourceShape shape() throws TaskException {
    if (shape == null) {
      topic();
      Schema schema = rows().schema();
      List<SourceShape.Column> columns = new ArrayList<>();
      List<String> key = new ArrayList<>();
      for (Schema.Field f : schema.getFields()) {
        String column = AvroNames.column(f);
        columns.add(new SourceShape.Column(column, f.schema().toString(), f.schema().isNullable()));
        if (Part.of(f).filter(p -> p == Part.PARTITION || p == Part.OFFSET).isPresent()) {
          key.add(column);
        }
      }
      // Only both together tell records apart.
      shape =
          new SourceShape(
              settings.endpoint().topic(), schema, columns, key.size() == 2 ? key : List.of());
    }
    return shape;
  }

  private RowReader rows() throws TaskException {
    return new RowReader(settings, values());
  }

  // Each reader has its own: they keep buffers.
  private ValueReader values() {
    return switch (settings.format()) {
      case BYTES -> ValueReader.bytes(settings.valueColumn());
      case STRING -> ValueReader.string(settings.valueColumn());
      case JSON -> ValueReader.json(settings.types());
      case AVRO -> {
        AvroSettings avro = settings.avro().orElseThrow();
        AvroValues values = new AvroValues(avro.form(), avro.schema().orElseThrow(), registry);
        yield ValueReader.of(values.fields(), values);
      }
    };
  }

  private synchronized TopicAdmin.Topic topic() throws TaskException {
    if (admin == null) {
      admin = new TopicAdmin(settings.endpoint(), errors);
    }
    return admin.get(settings.endpoint().topic());
  }

  @Override
  public List<RowFormat> formats() {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public List<String> obstacles() {
    return List.of("records of a topic are read as records");
  }

  @Override
  public void split(Optional<Slice> after, java.util.function.Consumer<PlannedSlice> out)
      throws TaskException {
    asking(
        splitter -> {
          splitter.split(settings.cut(), after, out);
          return null;
        });
  }

  private interface Question<T> {
    T ask(KafkaSplitter splitter) throws TaskException;
  }

  private <T> T asking(Question<T> question) throws TaskException {
    TopicAdmin.Topic topic = topic();
    Consumer<byte[], byte[]> consumer = consumers.take();
    try {
      return question.ask(new KafkaSplitter(errors, topic, settings.endpoint().topic(), consumer));
    } catch (KafkaException e) {
      throw errors.of("cutting", e);
    } finally {
      consumers.give(consumer);
    }
  }

  @Override
  public ChunkReader open(Slice slice, RowFormat format) throws TaskException {
    if (!format.equals(RowFormat.RECORDS)) {
      throw TaskException.fatal("topics are read as '" + RowFormat.RECORDS.id() + "' only");
    }
    Stream stream = Stream.of(slice);
    stream.refuseAnother(topic(), errors);
    return new KafkaChunkReader(errors, consumers, rows(), slice, PATIENCE);
  }

  @Override
  public List<String> explain(RowFormat format) throws TaskException {
    List<KafkaSplitter.History> all = asking(KafkaSplitter::histories);
    long offsets = all.stream().mapToLong(h -> Math.max(0, h.to() - h.from())).sum();
    return List.of(
        "topic %s at %s: %d Kafka partitions, %d offsets, committed records only"
            .formatted(
                settings.endpoint().topic(), settings.endpoint().bootstrap(), all.size(), offsets),
        switch (settings.cut()) {
          case SourceSettings.Cut.ByOffset by -> "cut at every %dth offset".formatted(by.records());
          case SourceSettings.Cut.ByTime by ->
              "cut at the first record of each window of " + by.told();
        },
        "values read as " + Settings.word(settings.format()));
  }

  @Override
  public void close() {
    consumers.close();
    synchronized (this) {
      if (admin != null) {
        admin.close();
      }
    }
  }
}
