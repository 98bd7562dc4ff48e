package io.tidemark.connectors.file;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvFuzzTest {

  private static final String TYPES =
      "'schema': {'i': 'int', 'd': 'decimal(9,2)', 't': 'timestamptz', 'b': 'bytes', 'x': 'double',"
          + " 'day': 'date', 'f': 'boolean', 's': 'string'}";

  private static final List<byte[]> CORPUS =
      Stream.of(
              "a,b\n1,\"x\"\"\ny\"\r\n2,\n\"3\",zz\n".repeat(3),
              "\uFEFFonly\n\n1\r\n\"\"\n",
              "i,d,t,b,x,day,f,s\n"
                  + "1,2.50,2001-01-31T23:59:59.999999Z,QUJD,1e-9,2001-01-31,true,ü😀\n".repeat(20)
                  + ",,infinity,,NaN,-infinity,,\"\"\n")
          .map(s -> s.getBytes(StandardCharsets.UTF_8))
          .toList();

  private static final List<String> PIECES =
      List.of(
          ",",
          ";",
          "\"",
          "\"\"",
          "\n",
          "\r\n",
          "\r",
          "\n\n",
          "\\N",
          "1e999999999",
          "-",
          "0x1p3",
          "99999999999999999999",
          "2001-02-30",
          "+999999999-12-31T00:00Z",
          "infinity",
          "é,",
          "a,b\n");

  @TempDir Path dir;

  @Test
  void shouldReadOrRefuseByNameWhenACsvFileIsDamaged() throws Exception {
    FileFuzz.run(
        "CsvFuzzTest",
        2_000,
        400,
        dir.resolve("fuzz.csv"),
        CORPUS,
        PIECES,
        List.of(
            "'format': 'csv'",
            "'format': 'csv', 'header': false",
            "'format': 'csv', 'header': false, 'delimiter': ';', 'nulls': '\\\\N'",
            "'format': 'csv', " + TYPES,
            "'format': 'csv', 'header': false, " + TYPES));
  }
}
