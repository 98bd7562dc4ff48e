package io.tidemark.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

  private final SpecParser parser = new SpecParser();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hunter2",
        "\"\"",
        "\"\\0\"",
        "12345",
        "${env:A}hunter2",
        "{x: hunter2}",
        "[hunter2]",
        "$hunter2",
        "true"
      })
  void shouldRefuseLiteralPassword(String password) {
    SpecException e = refused(SpecParserTest.SMALL.replace("${env:SRC_PASSWORD}", password));

    assertThat(e.errors().get(0).line()).isEqualTo(7);
    assertThat(e)
        .hasMessageContaining("must be a reference such as ${env:SRC_")
        .hasMessageContaining("a literal would be written to the plans topic")
        .hasMessageNotContaining("hunter2")
        .hasMessageNotContaining("12345");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://a/shop?user=x&password=hunter2",
        "jdbc:postgresql://a/shop?PASSWORD=hunter2",
        "jdbc:postgresql://a/shop?sslpassword=${env:A}hunter2",
        "jdbc:sqlserver://a;user=x;Password=hunter2;encrypt=true",
        "jdbc:mysql://x:hunter2@a/shop",
        "jdbc:mysql://${env:U}:hunter2@a/shop",
        "jdbc:mysql://x:hun/ter2@a/shop",
        "jdbc:oracle:thin:x/hunter2@//a:1521/shop",
        "jdbc:postgresql://a/shop?trust-store-password=hunter2"
      })
  void shouldRefuseLiteralSecretInUrl(String url) {
    SpecException e = refused(SpecParserTest.SMALL.replace("jdbc:postgresql://a/shop", url));

    assertThat(e.errors())
        .singleElement()
        .satisfies(x -> assertThat(x.path()).isEqualTo("source.jdbc.url"))
        .satisfies(x -> assertThat(x.line()).isEqualTo(5));
    assertThat(e)
        .hasMessageContaining("the URL holds a literal secret")
        .hasMessageNotContaining("hunter2")
        .hasMessageNotContaining("ter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://${env:HOST}:5432/shop?password=${env:P}&passwordCharacterEncoding=UTF-8",
        "jdbc:mysql://x:${env:P}@a:3306/shop",
        "jdbc:postgresql://[::1]:5432/shop?sslmode=require",
        "jdbc:oracle:thin:@//a:1521/shop"
      })
  void shouldTakeUrlWithoutLiteralSecret(String url) throws Exception {
    String yaml = SpecParserTest.SMALL.replace("jdbc:postgresql://a/shop", "\"" + url + "\"");

    assertThat(parser.parse(yaml, "s.yaml").source().config().get("url").asText()).isEqualTo(url);
  }

  @ParameterizedTest
  @ValueSource(strings = {"# password: hunter2", "#PASSWORD=hunter2", "# old pwd: 'hunter2'"})
  void shouldRefusePasswordInComment(String comment) {
    assertThat(refused(SpecParserTest.SMALL + comment + "\n"))
        .hasMessageContaining("15:1: a comment seems to hold a password")
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"# password: ${env:P}", "# set the password:", "# the password is in env"})
  void shouldTakeOtherComments(String comment) throws Exception {
    assertThat(parser.parse(SpecParserTest.SMALL + comment + "\n", "s.yaml").text())
        .contains(comment);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"${vault:hunter2}", "${hunter2}", "${env:}", "${env:a:b}", "${file:x}", "${env:A"})
  void shouldRefuseReferenceThatNothingResolves(String reference) {
    SpecException e =
        refused(SpecParserTest.SMALL.replace("user: reader", "user: \"x" + reference + "\""));

    assertThat(e)
        .hasMessageContaining("the forms are ${env:NAME}")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void shouldLookForSecretsInFurtherConnectors() {
    String yaml =
        """
        apiVersion: tidemark/v1
        name: n
        source: {mine: {api-token: hunter2, list: [{Client_Secret: hunter2}], key: fine}}
        sink: {mine: {}}
        """;

    SpecException e =
        catchThrowableOfType(
            SpecException.class, () -> SpecParser.permitting("mine").parse(yaml, "s.yaml"));

    assertThat(e.errors())
        .extracting(SpecError::path)
        .containsExactly("source.mine.api-token", "source.mine.list[0].Client_Secret");
    assertThat(e).hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"${", "//", " #", "?a", "? ", ":thin:", "//a:", "password"})
  @Timeout(30)
  void shouldAnswerSoonWhenTextIsLongAndHostile(String piece) {
    String value = piece.repeat(900_000 / piece.length());

    assertThat(refused("source: {jdbc: {url: \"jdbc:" + value + "\"}}\nname: x"))
        .hasMessageContaining("apiVersion");
  }

  @Test
  void shouldResolveThroughKafkasProviders(@TempDir Path folder) throws Exception {
    Path properties = Files.writeString(folder.resolve("s.properties"), "pw = file$1\\\\secret\n");
    Files.writeString(folder.resolve("token"), "dir secret");
    JsonNode config =
        json(
            """
            {"url": "jdbc:x://${env:HOST}:${env:PORT}/db", "password": "${file:%s:pw}",
             "list": ["${dir:%s:token}", 7, null, {"deep": "plain"}]}
            """
                .formatted(properties, folder));

    JsonNode resolved = new Secrets(Map.of("HOST", "h", "PORT", "1")).resolve(config);

    assertThat(resolved)
        .isEqualTo(
            json(
                """
                {"url": "jdbc:x://h:1/db", "password": "file$1\\\\secret",
                 "list": ["dir secret", 7, null, {"deep": "plain"}]}
                """));
    assertThat(config.get("url").asText()).contains("${env:HOST}");
  }

  @Test
  void shouldNameEveryReferenceThatIsMissing(@TempDir Path folder) throws Exception {
    Path properties = Files.writeString(folder.resolve("s.properties"), "other = hunter2\n");
    Path broken = Files.writeString(folder.resolve("b.properties"), "x = hunter2\\u00zz\n");
    JsonNode config =
        json(
            """
            {"a": "${env:MISSING}", "b": ["${file:%s:pw}", "${file:/no/such:pw}"],
             "c": "${dir:%s:none}", "d": "${vault:x}", "e": "${file:%s:x}"}
            """
                .formatted(properties, folder, broken));

    assertThatThrownBy(() -> new Secrets(Map.of("OTHER", "hunter2")).resolve("source.jdbc", config))
        .isInstanceOf(SecretException.class)
        .hasMessageNotContaining("hunter2")
        .hasMessage(
            """
            source.jdbc.a: the environment variable MISSING is not set
            source.jdbc.b[0]: no properties file %s that can be read has a key pw
            source.jdbc.b[1]: no properties file /no/such that can be read has a key pw \
            (ConfigException)
            source.jdbc.c: there is no readable file none in the folder %s
            source.jdbc.d: there is no provider 'vault'; there are: env, file, dir
            source.jdbc.e: no properties file %s that can be read has a key x \
            (IllegalArgumentException)"""
                .formatted(properties, folder, broken));
  }

  private SpecException refused(String yaml) {
    SpecException e = catchThrowableOfType(SpecException.class, () -> parser.parse(yaml, "s.yaml"));
    assertThat(e).as("the exception").isNotNull();
    return e;
  }

  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }
}
