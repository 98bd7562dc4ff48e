package io.tidemark.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.serde.MalformedRecordException;
import io.tidemark.schemas.serde.Samples;
import io.tidemark.schemas.serde.Samples.Sample;
import io.tidemark.schemas.topic.Topic;
import io.tidemark.testing.SchemaRegistryServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Our own records, in both forms, with a real registry. */
class RecordSerdesTest {

  /** Serdes as somebody else might have made them: not known to be ours. */
  public static final class TheirSerializer extends RegistrySerializer {}

  public static final class TheirDeserializer extends RegistryDeserializer {}

  /** Whose serde classes are configured. */
  enum Classes {
    OURS,
    THEIRS;

    String[] settings() {
      return switch (this) {
        case OURS -> new String[0];
        case THEIRS ->
            new String[] {
              RegistrySettings.SERIALIZER, TheirSerializer.class.getName(),
              RegistrySettings.DESERIALIZER, TheirDeserializer.class.getName()
            };
      };
    }
  }

  private static final Directive DIRECTIVE = Samples.directive(true);

  private final SchemaRegistryServer server = SchemaRegistryServer.shared();
  private final RestCalls rest = new RestCalls(server.url());

  private RecordSerdes serdes(String... settings) {
    return serdesAt(server.url(), settings);
  }

  private static RecordSerdes serdesAt(String url, String... settings) {
    Map<String, String> all = new HashMap<>();
    all.put(RegistrySettings.URL, url);
    all.put("schema.registry.max.retries", "2");
    all.put("schema.registry.retries.wait.ms", "20");
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    return RecordSerdes.of(all);
  }

  private static List<Sample> samples() {
    return Samples.all().stream()
        .filter(s -> RecordSerdes.mayTravelByRegistry(s.value().getSchema()))
        .toList();
  }

  @SuppressWarnings("unchecked") // The sample's own class.
  private static Class<SpecificRecord> type(Sample sample) {
    return (Class<SpecificRecord>) sample.value().getClass();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldReadBackEveryRecordInBothForms(Sample sample) {
    RecordSerde<SpecificRecord> ours = serdes().of(type(sample));
    RecordSerde<SpecificRecord> theirs = serdes(Classes.THEIRS.settings()).of(type(sample));
    RecordSerde<SpecificRecord> without = RecordSerdes.singleObject().of(type(sample));
    String topic = "all." + sample.name();

    byte[] written = ours.serialize(topic, sample.value());

    assertThat(written).startsWith(0);
    assertThat(theirs.serialize(topic, sample.value())).isEqualTo(written);
    byte[] single = without.serialize(topic, sample.value());
    assertThat(single).startsWith(0xC3, 1);
    assertThat(Arrays.copyOfRange(written, 5, written.length))
        .isEqualTo(Arrays.copyOfRange(single, 10, single.length));
    for (RecordSerde<SpecificRecord> reader : List.of(ours, theirs)) {
      assertThat(reader.deserialize(topic, written)).isEqualTo(sample.value());
      assertThat(reader.deserialize(topic, single)).isEqualTo(sample.value());
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldAskNobodyAfterItIsPrepared(Classes classes) {
    try (SchemaRegistryServer own = SchemaRegistryServer.own()) {
      RecordSerdes serdes = serdesAt(own.url(), classes.settings());
      Map<String, Schema> topics = new HashMap<>();
      for (Topic topic : Topic.values()) {
        if (RecordSerdes.mayTravelByRegistry(topic.value())) {
          topics.put("ns." + topic.what(), topic.value());
        }
      }
      serdes.prepare(topics);
      RestCalls there = new RestCalls(own.url());
      for (String topic : topics.keySet()) {
        assertThat(there.status("GET", "/subjects/" + topic + "-value/versions/1")).isEqualTo(200);
        if (classes == Classes.OURS) {
          assertThat(there.get("/config/" + topic + "-value").path("compatibilityLevel").asText())
              .isEqualTo("FULL_TRANSITIVE");
        }
      }
      // A second process finds it all there, and makes no new versions.
      serdesAt(own.url(), classes.settings()).prepare(topics);
      assertThat(there.get("/subjects/ns.plans-value/versions")).hasSize(1);

      own.kill();

      RecordSerde<Directive> directives = serdes.of(Directive.class);
      byte[] written = directives.serialize("ns.directives", DIRECTIVE);
      assertThat(written).startsWith(0);
      assertThat(directives.deserialize("ns.directives", written)).isEqualTo(DIRECTIVE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotTakeARecordForCorruptWhenTheRegistryIsAway(Classes classes) {
    try (SchemaRegistryServer own = SchemaRegistryServer.own()) {
      byte[] written = serdesAt(own.url()).of(Directive.class).serialize("t", DIRECTIVE);
      own.kill();
      RecordSerde<Directive> reader = serdesAt(own.url(), classes.settings()).of(Directive.class);
      assertThatThrownBy(() -> reader.deserialize("t", written))
          .isInstanceOf(RegistryUnavailableException.class)
          .hasMessageContaining(own.url())
          .hasMessageContaining("asked 3 times");
      own.restart();
      assertThat(reader.deserialize("t", written)).isEqualTo(DIRECTIVE);
    }
  }

  @Test
  void shouldWriteWithoutTheRegistryAndReadWithItWhenOnTheWayBack() {
    byte[] before = serdes().of(Directive.class).serialize("back", DIRECTIVE);
    RecordSerdes back = serdes(RegistrySettings.SERIALIZER, SingleObjectSerializer.class.getName());
    back.prepare(Map.of("never-registered", Directive.getClassSchema()));
    RecordSerde<Directive> serde = back.of(Directive.class);
    assertThat(serde.serialize("back", DIRECTIVE)).startsWith(0xC3, 1);
    assertThat(serde.deserialize("back", before)).isEqualTo(DIRECTIVE);
    assertThat(rest.status("GET", "/subjects/never-registered-value/versions/1")).isEqualTo(404);
  }

  @ParameterizedTest
  @EnumSource
  void shouldSteerWithoutTheRegistry(Classes classes) {
    RecordSerdes away = serdesAt("http://127.0.0.1:1", classes.settings());
    away.prepare(
        Map.of("ns.commands", Command.getClassSchema(), "ns.decisions", Decision.getClassSchema()));
    for (Sample sample : Samples.all()) {
      if (sample.value() instanceof Command || sample.value() instanceof Decision) {
        RecordSerde<SpecificRecord> serde = away.of(type(sample));
        byte[] written = serde.serialize("ns.commands", sample.value());
        assertThat(written).startsWith(0xC3, 1);
        assertThat(serde.deserialize("ns.commands", written)).isEqualTo(sample.value());
      }
    }
  }

  /** Passed over, it would be lost work; a process without the setting must not go on. */
  @Test
  void shouldStopAtARecordOfTheRegistryWhenItKnowsNone() {
    byte[] written = serdes().of(Directive.class).serialize("t", DIRECTIVE);
    RecordSerde<Directive> without = RecordSerdes.singleObject().of(Directive.class);
    assertThatThrownBy(() -> without.deserialize("t", written))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("topic t holds a Directive")
        .hasMessageContaining("set schema.registry.url")
        .hasMessageContaining(SingleObjectSerializer.class.getName());
    for (byte[] foreign :
        List.of(new byte[] {0}, "\0 some text".getBytes(StandardCharsets.UTF_8), new byte[40])) {
      assertThatThrownBy(() -> without.deserialize("t", foreign))
          .isInstanceOf(MalformedRecordException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldTellCorruptAndForeignBytes(Classes classes) {
    RecordSerde<Directive> serde = serdes(classes.settings()).of(Directive.class);
    byte[] good = serde.serialize("t", DIRECTIVE);
    byte[] checkpoint = serdes().of(Checkpoint.class).serialize("t2", Samples.checkpoint(3, 0));
    byte[] unknownAndCorrupt = {0, 0x7f, 0, 0, 0, 1, 2, 3};
    List<byte[]> bad =
        List.of(
            Arrays.copyOf(good, good.length - 1),
            Arrays.copyOf(good, good.length + 1),
            checkpoint,
            unknownAndCorrupt,
            new byte[] {0, 0},
            new byte[] {},
            new byte[] {1, 2, 3});
    for (byte[] bytes : bad) {
      assertThatThrownBy(() -> serde.deserialize("t", bytes))
          .as(Arrays.toString(bytes))
          .isInstanceOf(MalformedRecordException.class);
    }
    assertThatThrownBy(() -> serde.deserialize("t", checkpoint))
        .hasMessageContaining("Checkpoint where a Directive belongs");
    assertThat(serde.deserialize("t", (byte[]) null)).isNull();
    assertThat(serde.serialize("t", null)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void shouldStopAtItsOwnRecordWhenTheRegistryHasLostTheSchema(Classes classes) {
    byte[] written = serdes().of(Directive.class).serialize("t", DIRECTIVE);
    ByteBuffer.wrap(written).putInt(1, 0x7f00_0000);
    assertThatThrownBy(
            () -> serdes(classes.settings()).of(Directive.class).deserialize("t", written))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("schema 2130706432")
        .hasMessageContaining(server.url());
  }

  /** What single-object encoding cannot: a newer release's record, read by its schema. */
  @Test
  void shouldReadARecordOfANewerRelease() {
    String grown =
        Directive.getClassSchema()
            .toString()
            .replaceFirst(
                "\"fields\":\\[",
                "\"fields\":[{\"name\":\"news\",\"type\":\"long\",\"default\":0},");
    Schema newer = new Schema.Parser().parse(grown);
    int id = rest.post("/subjects/newer-value/versions", rest.schema(newer)).path("id").asInt();
    byte[] today = AvroSerde.of(Directive.class).encode(new byte[0], DIRECTIVE);
    byte[] value =
        ByteBuffer.allocate(6 + today.length)
            .put((byte) 0)
            .putInt(id)
            .put((byte) 84)
            .put(today)
            .array();
    assertThat(serdes().of(Directive.class).deserialize("newer", value)).isEqualTo(DIRECTIVE);
    assertThat(serdes(Classes.THEIRS.settings()).of(Directive.class).deserialize("newer", value))
        .isEqualTo(DIRECTIVE);
  }

  @Test
  void shouldRefuseToStartWhenASchemaIsNotThereAndMayNotBeRegistered() {
    RecordSerdes looking = serdes(RegistrySettings.AUTO_REGISTER, "false");
    assertThatThrownBy(() -> looking.prepare(Map.of("nowhere", Directive.getClassSchema())))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("nowhere-value")
        .hasMessageContaining(server.url());
  }

  @Test
  void shouldRefuseClassesThatAreNoSerdes() {
    assertThatThrownBy(() -> serdes(RegistrySettings.SERIALIZER, "java.lang.String"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("avro.serializer.class");
    assertThatThrownBy(() -> serdes(RegistrySettings.SERIALIZER, "com.acme.NoSuch"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("com.acme.NoSuch");
  }

  @Test
  void shouldRefuseSettingsThatDoNotExistUnlessTheSerdesAreOfOthers() {
    assertThatThrownBy(() -> RecordSerdes.of(Map.of("schema.registry.ur", "http://localhost:1")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("unknown setting schema.registry.ur;")
        .hasMessageContaining("schema.registry.url");
    assertThatThrownBy(() -> serdes("schema.registry.ssl.truststore.pasword", "x"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.ssl.truststore.password");
    Map<String, String> theirs = new HashMap<>(Map.of("schema.registry.theirs", "x"));
    theirs.put(RegistrySettings.URL, server.url());
    theirs.put(RegistrySettings.SERIALIZER, TheirSerializer.class.getName());
    assertThat(RecordSerdes.of(theirs).foreign())
        .contains(TheirSerializer.class.getName() + " and " + RegistryDeserializer.class.getName());
  }

  /** As some are: what they take is nothing that we would, and they tell what they were given. */
  public static final class TellingSerde implements Serializer<Object>, Deserializer<Object> {
    private byte[] told;

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
      told =
          (configs.get(RegistrySettings.URL) + " by " + configs.get("bearer.auth.custom.provider"))
              .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] serialize(String topic, Object data) {
      return told;
    }

    @Override
    public Object deserialize(String topic, byte[] data) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  @Test
  void shouldLeaveItToTheSerdesOfOthersWhatTheirSettingsMean() {
    Map<String, String> settings = new HashMap<>();
    settings.put(RegistrySettings.URL, "mock://shop");
    settings.put("bearer.auth.credentials.source", "CUSTOM");
    settings.put("bearer.auth.custom.provider", "com.acme.Tokens");
    settings.put("basic.auth.credentials.source", "SASL_INHERIT");
    settings.put("value.subject.name.strategy", "com.acme.Names");
    settings.put("schema.registry.max.retries", "never");
    assertThatThrownBy(() -> RecordSerdes.of(settings)).isInstanceOf(ConfigException.class);

    settings.put(RegistrySettings.SERIALIZER, TellingSerde.class.getName());
    settings.put(RegistrySettings.DESERIALIZER, TellingSerde.class.getName());

    assertThat(RecordSerdes.of(settings).of(Directive.class).serialize("t", DIRECTIVE))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("mock://shop by com.acme.Tokens");
  }

  @Test
  void shouldWorkWithoutARegistryWhenNoneIsNamed() {
    RecordSerdes without = RecordSerdes.of(Map.of("bootstrap.servers", "k:9092"));
    without.prepare(Map.of("t", Directive.getClassSchema()));
    assertThat(without.registry()).isEmpty();
    assertThat(without.of(Directive.class).serialize("t", DIRECTIVE)).startsWith(0xC3, 1);
  }
}
