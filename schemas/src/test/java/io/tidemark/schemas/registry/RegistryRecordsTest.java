package io.tidemark.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.serde.MalformedRecordException;
import io.tidemark.testing.SchemaRegistryServer;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Anybody's values, with a real registry. */
class RegistryRecordsTest {

  private static final Schema ORDER =
      SchemaBuilder.record("shop.Order")
          .fields()
          .requiredLong("id")
          .requiredString("customer")
          .optionalDouble("total")
          .endRecord();

  private final SchemaRegistryServer server = SchemaRegistryServer.shared();
  private final RestCalls rest = new RestCalls(server.url());

  private RegistryRecords records(String... settings) {
    Map<String, String> all = new HashMap<>(Map.of(RegistrySettings.URL, server.url()));
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    return RegistryRecords.of(all);
  }

  private static GenericRecord order(long id) {
    return new GenericRecordBuilder(ORDER).set("id", id).set("customer", "Ada").build();
  }

  /** The bytes that Confluent's serializer makes of it: 00, the id, and Avro, spelled by hand. */
  @Test
  void shouldWriteTheWireFormByteForByte() {
    byte[] written = records().write("golden", false, ORDER, order(3));
    int id = rest.post("/subjects/golden-value", rest.schema(ORDER)).path("id").asInt();
    assertThat(HexFormat.of().formatHex(written))
        .isEqualTo("00" + String.format("%08x", id) + "06" + "06" + "416461" + "00");
  }

  @Test
  void shouldReadWhatAnotherProgramWrote() {
    int id = rest.post("/subjects/theirs-value/versions", rest.schema(ORDER)).path("id").asInt();
    byte[] body = HexFormat.of().parseHex("06" + "06" + "416461" + "02" + "000000000000f83f");
    byte[] value = ByteBuffer.allocate(5 + body.length).put((byte) 0).putInt(id).put(body).array();

    GenericRecord read = (GenericRecord) records().read(value);

    assertThat(read.get("id")).isEqualTo(3L);
    assertThat(read.get("customer")).hasToString("Ada");
    assertThat(read.get("total")).isEqualTo(1.5);
    assertThat(RegistryRecords.idIn(value)).contains(id);
  }

  @Test
  void shouldReadBackWhatItWroteWhenTheValueIsNoRecord() {
    Schema text = Schema.create(Schema.Type.STRING);
    byte[] key = records().write("plain", true, text, "k");
    assertThat(records().read(key)).hasToString("k");
    assertThat(rest.status("GET", "/subjects/plain-key/versions/1")).isEqualTo(200);
    assertThat(records().read(null)).isNull();
    assertThat(records().write("plain", true, text, null)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "TopicNameStrategy, named-value",
    "io.confluent.kafka.serializers.subject.RecordNameStrategy, shop.Order",
    "TopicRecordNameStrategy, named-shop.Order"
  })
  void shouldNameSubjectsAsTheStrategySays(String strategy, String subject) {
    records("value.subject.name.strategy", strategy).prepare("named", false, ORDER);
    assertThat(rest.status("GET", "/subjects/" + subject + "/versions/1")).isEqualTo(200);
  }

  @Test
  void shouldReadASchemaThatRefersToAnother() {
    rest.post("/subjects/shop.Order-ref/versions", rest.schema(ORDER));
    String parcel =
        """
        {"schema": "{\\"type\\":\\"record\\",\\"name\\":\\"shop.Parcel\\",\\"fields\\":[{\\"name\\":\\"of\\",\\"type\\":\\"shop.Order\\"}]}",
         "references": [{"name": "shop.Order", "subject": "shop.Order-ref", "version": 1}]}""";
    int id = rest.post("/subjects/parcel-value/versions", parcel).path("id").asInt();
    byte[] body = HexFormat.of().parseHex("06" + "06" + "416461" + "00");
    byte[] value = ByteBuffer.allocate(5 + body.length).put((byte) 0).putInt(id).put(body).array();

    GenericRecord read = (GenericRecord) records().read(value);

    assertThat(((GenericData.Record) read.get("of")).get("id")).isEqualTo(3L);
  }

  @Test
  void shouldRegisterNothingWhenToldNotTo() {
    RegistryRecords looking = records("auto.register.schemas", "false");
    assertThatThrownBy(() -> looking.prepare("absent", false, ORDER))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("subject absent-value")
        .hasMessageContaining("auto.register.schemas=false")
        .hasMessageContaining(server.url());
    assertThat(rest.status("GET", "/subjects/absent-value/versions/1")).isEqualTo(404);

    int id = records().prepare("absent", false, ORDER);
    assertThat(looking.prepare("absent", false, ORDER)).isEqualTo(id);
  }

  @Test
  void shouldTellWhatIsWrongWhenTheSchemaDoesNotGoWithOlderOnes() {
    rest.put("/config/strict-value", "{\"compatibility\": \"FULL_TRANSITIVE\"}");
    records().prepare("strict", false, ORDER);
    Schema other = SchemaBuilder.record("shop.Order").fields().requiredString("id").endRecord();
    assertThatThrownBy(() -> records().prepare("strict", false, other))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("register subject strict-value")
        .hasMessageContaining("409")
        .extracting(e -> ((RegistryException) e).status())
        .isEqualTo(409);
  }

  @Test
  void shouldRefuseWhatIsNoneOfItsValues() {
    byte[] good = records().write("bad", false, ORDER, order(1));
    byte[] longer = java.util.Arrays.copyOf(good, good.length + 1);
    byte[] shorter = java.util.Arrays.copyOf(good, good.length - 1);
    byte[] unknown = good.clone();
    unknown[1] = 0x7f;
    byte[] single = {(byte) 0xC3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    for (byte[] bytes : new byte[][] {longer, shorter, unknown, single, {}, {0, 0, 0}}) {
      assertThatThrownBy(() -> records().read(bytes)).isInstanceOf(MalformedRecordException.class);
    }
    assertThat(RegistryRecords.idIn(single)).isEqualTo(Optional.empty());
  }

  @Test
  void shouldRefuseSettingsThatCannotBe() {
    assertThatThrownBy(() -> RegistryRecords.of(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.url is missing");
    assertThatThrownBy(() -> records("value.subject.name.strategy", "com.acme.Mine"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("TopicRecordNameStrategy");
  }
}
