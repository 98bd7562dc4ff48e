package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.KeyRange;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

  @Test
  void shouldWriteTheSumOfADigestAsHex() {
    assertThat(Json.of(new Digest("avro", 3L, -1L)))
        .hasToString("{\"domain\":\"avro\",\"rows\":3,\"sum\":\"ffffffffffffffff\"}");
    assertThat(Json.of(new Digest("", 0L, 10L)).get("sum").asText()).isEqualTo("000000000000000a");
  }

  @Test
  void shouldTellWhichSliceItIs() {
    assertThat(Json.of(Samples.descriptor("a-00000000", 1, 1)).get("slice"))
        .hasToString("{\"stream\":\"s\",\"from\":100,\"to\":200,\"kind\":\"OffsetRange\"}");
  }

  @Test
  void shouldTellWhichFilterItIs() {
    KeyRange range =
        new KeyRange(List.of("a"), null, null, false, new HashFilter(List.of("c"), 1, 4));

    assertThat(Json.of(range).get("filter"))
        .hasToString("{\"columns\":[\"c\"],\"bucket\":1,\"buckets\":4,\"kind\":\"HashFilter\"}");
  }

  @Test
  void shouldWriteListsMapsNullsAndEnums() {
    assertThat(Json.of(new KeyRange(List.of("a", "b"), null, List.of("1", "2"), false, null)))
        .hasToString(
            "{\"columns\":[\"a\",\"b\"],\"lower\":null,\"upper\":[\"1\",\"2\"],\"null_keys\":false,\"filter\":null}");
    Command command =
        Command.newBuilder(Samples.command("a", CommandType.PAUSE))
            .setArguments(Map.of("k", "v"))
            .build();
    assertThat(Json.of(command).get("arguments")).hasToString("{\"k\":\"v\"}");
    assertThat(Json.of(command).get("type").asText()).isEqualTo("PAUSE");
    assertThat(Json.of(Samples.heartbeat("w", 3)).get("cpu").asDouble()).isEqualTo(0.5);
  }
}
