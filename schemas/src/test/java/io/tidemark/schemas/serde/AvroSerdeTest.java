package io.tidemark.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.RunState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class AvroSerdeTest {

  private final AvroSerde<Directive> directives = AvroSerde.of(Directive.class);

  /** Directive("b-0", HOLD, "asked by ada", 1, true), spelled by hand. */
  @Test
  void shouldWriteSingleObjectEncoding() throws IOException {
    byte[] bytes = directives.serialize("t", Samples.directive(true));

    ByteArrayOutputStream byHand = new ByteArrayOutputStream();
    byHand.write(new byte[] {(byte) 0xC3, 0x01});
    byHand.write(
        ByteBuffer.allocate(8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(SchemaStore.fingerprint(Directive.getClassSchema()))
            .array());
    byHand.write(3 << 1);
    byHand.write(Samples.utf8("b-0"));
    byHand.write(2 << 1); // third symbol of RunState: HOLD
    byHand.write(12 << 1);
    byHand.write(Samples.utf8("asked by ada"));
    byHand.write(1 << 1);
    byHand.write(1); // true
    byHand.write(0); // not limited
    byHand.write(0); // no shares
    assertThat(bytes).isEqualTo(byHand.toByteArray());
  }

  @Test
  void shouldKeepTombstones() {
    assertThat(directives.serialize("t", null)).isNull();
    assertThat(directives.deserialize("t", (byte[]) null)).isNull();
  }

  @Test
  void shouldHandOutBytesThatTheNextCallLeavesAlone() {
    byte[] first = directives.serialize("t", Samples.directive(true));
    byte[] copy = first.clone();
    directives.serialize(
        "t", new Directive("other", RunState.RUN, "", 2L, false, false, List.of()));

    assertThat(first).isEqualTo(copy);
  }

  @Test
  void shouldNameRecordAndFieldWhenItCannotEncode() {
    assertThatThrownBy(() -> directives.serialize("t", new Directive()))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("cannot encode a Directive")
        .hasMessageContaining("backfill_id");
  }

  @Test
  void shouldRefuseClassThatHasNoHistory() {
    assertThatThrownBy(() -> AvroSerde.of(Digest.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no version of io.tidemark.schemas.avro.Digest");
  }

  @Test
  void shouldSayWhatTheBytesAreWhenTheyAreAnotherRecord() {
    byte[] directive = directives.serialize("t", Samples.directive(true));

    assertThatThrownBy(() -> AvroSerde.of(Plan.class).deserialize("t", directive))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessage("a Directive where a Plan belongs")
        .satisfies(
            e ->
                assertThat(((MalformedRecordException) e).at("tidemark.plans", 0, 17))
                    .hasMessage("tidemark.plans-0 at offset 17: a Directive where a Plan belongs"));
  }

  @Test
  void shouldRefuseForeignBytes() {
    for (byte[] foreign : List.of(new byte[0], Samples.utf8("{\"json\": \"secret\"}"))) {
      assertThatThrownBy(() -> directives.deserialize("t", foreign))
          .isInstanceOf(MalformedRecordException.class)
          .hasMessageContaining("without the header of Avro's single-object encoding")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void shouldAskForNewerReleaseWhenTheFingerprintIsUnknown() {
    byte[] bytes = directives.serialize("t", Samples.directive(true));
    bytes[5] ^= 1;

    assertThatThrownBy(() -> directives.deserialize("t", bytes))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("schema fingerprint")
        .hasMessageContaining("upgrade this one");
  }

  @Test
  void shouldRefuseBytesBehindTheEndAndRecordsCutShort() {
    byte[] bytes = directives.serialize("t", Samples.directive(true));

    assertThatThrownBy(() -> directives.deserialize("t", Arrays.copyOf(bytes, bytes.length + 3)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("3 of its " + (bytes.length + 3) + " bytes lie behind its end");
    for (int length = 10; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> directives.deserialize("t", cut))
          .isInstanceOf(MalformedRecordException.class)
          .hasMessageContaining("corrupt Directive of " + length + " bytes");
    }
  }

  /** Lengths of two gigabytes, in a test JVM of one. */
  @Test
  void shouldAllocateNothingWhenLengthsLie() {
    byte[] huge = {(byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F};
    byte[] string = directives.serialize("t", Samples.directive(true));
    byte[] lying = Arrays.copyOf(string, 64);
    System.arraycopy(huge, 0, lying, 10, huge.length);
    byte[] list = AvroSerde.of(Checkpoint.class).serialize("t", Samples.checkpoint(3, 0));
    int columns = indexOf(list, new byte[] {4, 4, 'i', 'd', 0});
    byte[] lyingList = list.clone();
    System.arraycopy(huge, 0, lyingList, columns, huge.length);

    assertThatThrownBy(() -> directives.deserialize("t", lying))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("beyond the end");
    assertThatThrownBy(() -> AvroSerde.of(Checkpoint.class).deserialize("t", lyingList))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("more items than there are bytes");
  }

  @Test
  void shouldRefuseTextThatIsNotUtf8() {
    byte[] bytes =
        directives.serialize(
            "t", new Directive("b\uFFFD", RunState.RUN, "", 1L, false, false, List.of()));
    assertThat(directives.deserialize("t", bytes).getBackfillId()).isEqualTo("b\uFFFD");

    bytes[13] = (byte) 0xC0;

    assertThatThrownBy(() -> directives.deserialize("t", bytes))
        .isInstanceOf(MalformedRecordException.class);
  }

  @Test
  void shouldReadUnknownWhenEnumSymbolIsYounger() throws IOException {
    String younger =
        SchemaText.of(Directive.getClassSchema()).replace("\"CANCEL\"", "\"CANCEL\", \"DRAIN\"");
    Schema writer = new Schema.Parser().parse(younger);
    GenericData.Record record = new GenericData.Record(writer);
    record.put("backfill_id", "b-0");
    record.put(
        "run_state", new GenericData.EnumSymbol(writer.getField("run_state").schema(), "DRAIN"));
    record.put("reason", "");
    record.put("at", 1L);
    record.put("dead_letters_spent", false);
    record.put("limited", false);
    record.put("shares", List.of());

    Directive read =
        AvroSerde.of(Directive.class, storeOf(Directive.getClassSchema(), younger))
            .deserialize("t", encode(record));

    assertThat(read)
        .isEqualTo(new Directive("b-0", RunState.UNKNOWN, "", 1L, false, false, List.of()));
  }

  @Test
  void shouldSkipOldFieldsThatAreGone() throws IOException {
    String old =
        """
        {"type": "record", "name": "Directive", "namespace": "io.tidemark.schemas.avro", "fields": [
          {"name": "backfill_id", "type": "string"},
          {"name": "run_state", "type": {"type": "enum", "name": "RunState",
            "symbols": ["UNKNOWN", "RUN", "HOLD", "CANCEL"], "default": "UNKNOWN"}},
          {"name": "reason", "type": "string"},
          {"name": "at", "type": "long"},
          {"name": "gone", "type": {"type": "array", "items":
            {"type": "record", "name": "Gone", "fields": [{"name": "n", "type": "long"}]}}}]}
        """;
    Schema writer = new Schema.Parser().parse(old);
    GenericData.Record record = new GenericData.Record(writer);
    record.put("backfill_id", "b-0");
    record.put(
        "run_state", new GenericData.EnumSymbol(writer.getField("run_state").schema(), "HOLD"));
    record.put("reason", "r");
    record.put("at", 5L);
    Schema item = writer.getField("gone").schema().getElementType();
    GenericData.Record gone = new GenericData.Record(item);
    gone.put("n", 1L);
    record.put("gone", List.of(gone, gone));

    Directive read =
        AvroSerde.of(Directive.class, storeOf(Directive.getClassSchema(), old))
            .deserialize("t", encode(record));

    assertThat(read)
        .isEqualTo(new Directive("b-0", RunState.HOLD, "r", 5L, false, false, List.of()));
  }

  /** The wire's fingerprint is blind to defaults and docs; the history is not. */
  @Test
  void shouldKeepVersionsApartThatShareTheirFingerprint() {
    Schema today = Directive.getClassSchema();
    String other = SchemaText.of(today).replace("RUN, HOLD or CANCEL.", "Another doc.");

    SchemaStore store = storeOf(today, other);

    assertThat(store.versions("Directive").get(0).toString()).contains("Another doc.");
    assertThat(store.versions("Directive").get(1).toString()).doesNotContain("Another doc.");
    assertThat(store.versions("Directive").stream().map(SchemaStore::fingerprint).distinct())
        .hasSize(1);
    assertThat(
            AvroSerde.of(Directive.class, store)
                .deserialize("t", directives.serialize("t", Samples.directive(true))))
        .isEqualTo(Samples.directive(true));
  }

  private static SchemaStore storeOf(Schema today, String other) {
    return new SchemaStore(
        (record, version) ->
            switch (version) {
              case 1 -> Optional.of(other);
              case 2 -> Optional.of(SchemaText.of(today));
              default -> Optional.empty();
            },
        List.of(today));
  }

  private static byte[] encode(GenericData.Record record) throws IOException {
    ByteBuffer bytes =
        new BinaryMessageEncoder<GenericData.Record>(GenericData.get(), record.getSchema())
            .encode(record);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }

  private static int indexOf(byte[] in, byte[] part) {
    for (int i = 0; i <= in.length - part.length; i++) {
      if (Arrays.equals(in, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }
}
