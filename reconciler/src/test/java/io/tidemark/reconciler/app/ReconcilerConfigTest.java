package io.tidemark.reconciler.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReconcilerConfigTest {

  private static Map<String, String> with(String... more) {
    Map<String, String> settings =
        new HashMap<>(Map.of("bootstrap.servers", "k:9092", "state.dir", "state"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  @Test
  void shouldFillInDefaults() throws Exception {
    ReconcilerConfig c = ReconcilerConfig.of(with());

    assertThat(c.topics().namespace()).isEqualTo("tidemark");
    assertThat(c.domains()).containsExactly("default");
    assertThat(c.queues()).isEqualTo(64);
    assertThat(c.http().host()).isEqualTo("127.0.0.1");
    assertThat(c.http().port()).isEqualTo(8080);
    assertThat(c.coordinator().maxRunning()).isEqualTo(4);
    assertThat(c.standbyReplicas()).isZero();
    assertThat(c.streamThreads()).isEqualTo(1);
  }

  @Test
  void shouldPassKafkasOwnSettingsOn() throws Exception {
    ReconcilerConfig c =
        ReconcilerConfig.of(
            with("security.protocol", "SSL", "domains", "b, a", "http.host", "::1"));

    assertThat(c.clients().admin()).containsEntry("security.protocol", "SSL");
    assertThat(c.clients().admin()).doesNotContainKeys("domains", "state.dir");
    assertThat(c.domains()).isEqualTo(List.of("b", "a"));
  }

  @Test
  void shouldKnowASourceHoweverItIsWritten() throws Exception {
    ReconcilerConfig c =
        ReconcilerConfig.of(
            with(
                "source.rows.per.second",
                "jdbc:postgresql://DB1/shop?ssl=true=50000, postgresql://a|b:5433/x=7"));

    assertThat(c.coordinator().sourceRowsPerS())
        .isEqualTo(
            Map.of("postgresql://db1:5432/shop", 50_000.0, "postgresql://a:5432|b:5433/x", 7.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http.host             | 0.0.0.0 | set http.tokens.file (lines
          http.host             | ::      | and http.tls.keystore and http.tls.keystore.password; or use 127.0.0.1
          http.port             | 65536   | http.port
          num.standby.replica   | 1       | did you mean num.standby.replicas?
          bootstrap.server      | x       | did you mean bootstrap.servers?
          domains               | a,a     | each once
          domains               | Ä       | domain 'Ä'
          namespace             | a_b     | namespace 'a_b'
          max.running.backfills | 0       | max.running.backfills
          queues                | 0       | queues
          source.rows.per.second | db1    | write a source and rows per second
          source.rows.per.second | postgresql://a/x=1,postgresql://A:5432/x=2 | two are postgresql://a:5432/x
          """)
  void shouldRefuseWhatCannotBe(String name, String value, String message) {
    assertThatThrownBy(() -> ReconcilerConfig.of(with(name, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldAskForTheStateDirectory() {
    assertThatThrownBy(() -> ReconcilerConfig.of(Map.of("bootstrap.servers", "k:9092")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("state.dir");
  }
}
