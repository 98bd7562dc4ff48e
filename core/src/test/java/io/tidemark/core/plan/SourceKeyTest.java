package io.tidemark.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tidemark.schemas.spec.ConnectorConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceKeyTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      textBlock =
          """
          jdbc:postgresql://db1:5432/shop                       > postgresql://db1:5432/shop
          jdbc:postgresql://db1/shop                            > postgresql://db1:5432/shop
          jdbc:postgresql://db1:/shop                           > postgresql://db1:5432/shop
          jdbc:postgresql://DB1.Example.ORG./shop?ssl=true&x=1  > postgresql://db1.example.org:5432/shop
          JDBC:PostgreSQL://db1:05432/shop;x                    > postgresql://db1:5432/shop
          postgres://db1/shop                                   > postgresql://db1:5432/shop
          postgresql://db1:5433/shop                            > postgresql://db1:5433/shop
          jdbc:postgresql://db1/Shop                            > postgresql://db1:5432/Shop
          jdbc:postgresql://db1/my%20shop%2F1                   > postgresql://db1:5432/my%20shop%2F1
          jdbc:postgresql://db1/100%                            > postgresql://db1:5432/100%
          jdbc:postgresql://127.0.0.1/shop                      > postgresql://localhost:5432/shop
          jdbc:postgresql://localhost:5432/shop                 > postgresql://localhost:5432/shop
          jdbc:postgresql://[::1]:5432/shop                     > postgresql://localhost:5432/shop
          jdbc:postgresql:shop                                  > postgresql://localhost:5432/shop
          jdbc:postgresql:/shop                                 > postgresql://localhost:5432/shop
          jdbc:postgresql:///shop                               > postgresql://localhost:5432/shop
          jdbc:postgresql://[2001:DB8::7]/shop                  > postgresql://[2001:db8::7]:5432/shop
          jdbc:postgresql://b:5433,A/shop?targetServerType=any  > postgresql://a:5432|b:5433/shop
          postgresql://a:5432|b:5433/shop                       > postgresql://a:5432|b:5433/shop
          postgresql://me:s3cret@db1/shop                       > postgresql://db1:5432/shop
          jdbc:postgresql://${env:HOST}/shop                    > postgresql://${env:HOST}/shop
          jdbc:other://db1/shop?x=1                             > other://db1/shop
          file:/data/Orders/*.csv                               > file:/data/Orders/*.csv
          """)
  void shouldBeTheSameHoweverTheSameDatabaseIsWritten(String written, String key) {
    assertThat(SourceKey.normal(written)).isEqualTo(key);
    assertThat(SourceKey.normal(key)).as("a key stays what it is").isEqualTo(key);
  }

  @Test
  void shouldNameKindAndPathWhereThereIsNoDatabase() {
    ConnectorConfig files =
        new ConnectorConfig("file", JsonNodeFactory.instance.objectNode().put("path", "/d/*.csv"));

    assertThat(SourceKey.of(files)).isEqualTo("file:/d/*.csv");
  }
}
