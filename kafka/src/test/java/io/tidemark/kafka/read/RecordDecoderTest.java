package io.tidemark.kafka.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.registry.RecordSerdes;
import io.tidemark.schemas.serde.AvroSerde;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RecordDecoderTest {

  private final List<String> setAside = new ArrayList<>();
  private final Map<String, Directive> newest = new TreeMap<>();
  private final RecordDecoder<Directive> decoder =
      RecordDecoder.of(RecordSerdes.singleObject(), Directive.class, setAside::add);

  private void comes(String key, byte[] value) {
    byte[] name = key == null ? null : key.getBytes(UTF_8);
    decoder.keep(new ConsumerRecord<>("t", 0, 7, name, value), newest, Directive::getBackfillId);
  }

  private static byte[] directive(String backfill, long at) {
    return AvroSerde.of(Directive.class)
        .serialize("t", new Directive(backfill, RunState.RUN, "", at, false, false, List.of()));
  }

  @Test
  void shouldKeepTheNewestOfEachAndNothingOfWhatWasArchived() {
    comes("a", directive("a", 1));
    comes("b", directive("b", 1));
    comes("a", directive("a", 2));
    comes("b", null);
    comes("never", null);

    assertThat(newest).containsOnlyKeys("a");
    assertThat(newest.get("a").getAt()).isEqualTo(2);

    comes("b", directive("b", 3));
    assertThat(newest.get("b").getAt()).as("begun anew").isEqualTo(3);
    assertThat(setAside).isEmpty();
  }

  @Test
  void shouldKeepWhatItHasWhenARecordTellsNothing() {
    comes("a", directive("a", 1));

    comes(null, null);
    comes("a", "junk".getBytes(UTF_8));

    assertThat(newest).containsOnlyKeys("a");
    assertThat(setAside).singleElement().asString().contains("offset 7");
  }
}
