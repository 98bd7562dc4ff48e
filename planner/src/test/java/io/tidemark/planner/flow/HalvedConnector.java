package io.tidemark.planner.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.KeyRange;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.SchemaBuilder;

/** A connector named {@code halved} whose source forgets one of its two buckets. */
public final class HalvedConnector implements Connector {

  @Override
  public String name() {
    return "halved";
  }

  @Override
  public Optional<JsonNode> settings() {
    return Optional.of(JsonNodeFactory.instance.objectNode());
  }

  @Override
  public Source source(JsonNode config, JsonNode partition) {
    return new HalvedSource();
  }

  @Override
  public Optional<Sink> sink(JsonNode config) {
    return Optional.empty();
  }

  private static final class HalvedSource implements Source {

    @Override
    public SourceShape shape() {
      return new SourceShape(
          "halved",
          SchemaBuilder.record("halved").fields().requiredLong("id").endRecord(),
          List.of(new SourceShape.Column("id", "long", false)),
          List.of("id"));
    }

    @Override
    public List<RowFormat> formats() {
      return List.of(RowFormat.RECORDS);
    }

    @Override
    public void split(Optional<Slice> after, Consumer<PlannedSlice> out) {
      HashFilter first = new HashFilter(List.of("id"), 0, 2);
      KeyRange range = new KeyRange(List.of("id"), null, List.of("9"), false, first);
      out.accept(new PlannedSlice(new Slice.Keys(range), 1));
    }

    @Override
    public ChunkReader open(Slice slice, RowFormat format) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<String> explain(RowFormat format) {
      return List.of();
    }

    @Override
    public void close() {}
  }
}
