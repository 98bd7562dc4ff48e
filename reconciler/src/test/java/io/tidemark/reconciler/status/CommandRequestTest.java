package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.avro.CommandType;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandRequestTest {

  private static CommandRequest of(String body) {
    return of(Optional.empty(), body);
  }

  private static CommandRequest of(Optional<String> key, String body) {
    return CommandRequest.of("a-1", key, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldReadWhatIsAsked() {
    CommandRequest throttle =
        of("{'type':'throttle','arguments':{'rows_per_second':'500','lanes':'off'},'why':'peak'}");

    assertThat(throttle.type()).isEqualTo(CommandType.THROTTLE);
    assertThat(throttle.arguments()).isEqualTo(Map.of("rows_per_second", "500", "lanes", "off"));
    assertThat(throttle.why()).isEqualTo("peak");
    assertThat(throttle.id()).isEmpty();
    assertThat(of("{'type':'retry','arguments':{'partition':'a-1/000007.1'}}").arguments())
        .isEqualTo(Map.of("partition", "a-1/000007.1"));
    assertThat(of("{'type':'pause','arguments':null,'command_id':'x'}").id()).hasValue("x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          []                                                           | no JSON object
          x                                                            | no JSON
          {'type':'pause'} {}                                          | no JSON
          {'type':'pause','type':'cancel'}                             | Duplicate field
          {}                                                           | type is missing
          {'type':1}                                                   | type is no text
          {'type':'PAUSE'}                                             | 'PAUSE' is none of [approve, archive
          {'type':'sink_finished'}                                     | is none of
          {'type':'pause','who':'root'}                                | there is no field 'who'
          {'type':'pause','arguments':[]}                              | arguments is no object
          {'type':'pause','arguments':{'lanes':'1'}}                   | pause takes no argument 'lanes'
          {'type':'retry','arguments':{'partition':'b-1/000000'}}      | partition is none of a-1
          {'type':'retry','arguments':{'partition':7}}                 | partition is no text
          {'type':'throttle'}                                          | throttle needs
          {'type':'throttle','arguments':{'rows_per_second':'0'}}      | no whole number from 1
          {'type':'throttle','arguments':{'rows_per_second':'-1'}}     | no whole number from 1
          {'type':'throttle','arguments':{'rows_per_second':'1e9'}}    | no whole number from 1
          {'type':'throttle','arguments':{'lanes':'0'}}                | no whole number from 1
          {'type':'pause','why':'a\\nb'}                               | not one line
          {'type':'pause','command_id':'a b'}                          | command_id has 1 to 100
          {'type':'pause','command_id':''}                             | command_id has 1 to 100
          """)
  void shouldSayWhatIsWrong(String body, String message) {
    assertThatThrownBy(() -> of(body))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldSayEverythingThatIsWrongAtOnce() {
    assertThatThrownBy(() -> of("{'type':'explode','x':1,'why':2}"))
        .hasMessageContainingAll("field 'x'", "'explode'", "why is no text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nightly-7", "\"nightly-7\""})
  void shouldTakeTheIdFromTheHeaderBareOrQuoted(String header) {
    Optional<String> key = Optional.of(header);

    assertThat(of(key, "{'type':'pause'}").id()).hasValue("nightly-7");
    assertThat(of(key, "{'type':'pause','command_id':'nightly-7'}").id()).hasValue("nightly-7");
    assertThatThrownBy(() -> of(key, "{'type':'pause','command_id':'other'}"))
        .hasMessageContaining("command_id and Idempotency-Key differ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "\"", "\"\"", "\"a", "a/b"})
  void shouldRefuseAHeaderThatIsNoId(String header) {
    assertThatThrownBy(() -> of(Optional.of(header), "{'type':'pause'}"))
        .hasMessageContaining("Idempotency-Key has 1 to 100 letters");
  }
}
