package io.tidemark.core.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.FailureKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SqlStatesTest {

  @ParameterizedTest
  @CsvSource({
    "08000,UNAVAILABLE", // connection exception
    "08001,UNAVAILABLE", // connection refused
    "08006,UNAVAILABLE", // connection failure
    "08007,UNAVAILABLE", // transaction resolution unknown
    "08004,TRANSIENT", // connection rejected
    "08P01,TRANSIENT", // protocol violation
    "40000,TRANSIENT", // transaction rollback
    "40001,TRANSIENT", // serialization failure
    "40003,TRANSIENT", // statement completion unknown
    "40P01,TRANSIENT", // deadlock
    "55P03,TRANSIENT", // lock not available
    "57014,TRANSIENT", // query canceled
    "25P03,TRANSIENT", // idle in transaction
    "25006,TRANSIENT", // read-only, as in a failover
    "57P01,UNAVAILABLE", // administrator shut it down
    "57P02,UNAVAILABLE", // a backend crashed
    "58030,TRANSIENT", // I/O error
    "53000,OVERLOAD", // insufficient resources
    "53100,OVERLOAD", // disk full: it goes on once somebody made room
    "53200,OVERLOAD", // out of memory
    "53300,OVERLOAD", // too many connections
    "53400,OVERLOAD", // configuration limit exceeded
    "57P03,UNAVAILABLE", // starting up
    "22001,POISON", // string too long
    "22P02,POISON", // text is not of the type
    "23502,POISON", // not null
    "23505,POISON", // unique
    "44000,POISON", // with check option
    "54000,POISON", // an index row too big, say
    "54001,FATAL", // statement too complex
    "28P01,FATAL", // wrong password
    "3D000,FATAL", // no such database
    "40002,FATAL", // integrity constraint at commit
    "42501,FATAL", // permission
    "42P01,FATAL", // no such table
    "57P04,FATAL", // database dropped
    "0A000,FATAL", // not supported
    "XX000,FATAL", // internal error
    "ZZ999,FATAL" // nobody knows
  })
  void shouldClassify(String sqlState, FailureKind kind) {
    assertThat(SqlStates.classify(sqlState)).isEqualTo(kind);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "08", "0800"})
  void shouldBeFatalWhenTheDriverKnowsNoState(String sqlState) {
    assertThat(SqlStates.classify(sqlState)).isEqualTo(FailureKind.FATAL);
  }
}
