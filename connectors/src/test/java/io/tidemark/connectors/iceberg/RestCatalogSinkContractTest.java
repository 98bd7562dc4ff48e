package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.Sink;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Table;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalog behind Iceberg's REST protocol. */
class RestCatalogSinkContractTest extends IcebergSinkContract {

  @TempDir Path warehouse;
  private RestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new RestServer(warehouse.toString());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Override
  protected Sink sink() throws Exception {
    return sink(RestServer.TOKEN);
  }

  private Sink sink(String token) throws TaskException {
    return Tables.sink(
        "{'catalog': {'type': 'rest', 'uri': '%s', 'properties': {'token': '%s'}}, 'table': 'lake.rows'}"
            .formatted(server.uri(), token));
  }

  @Override
  Table table() throws IOException {
    try (RESTCatalog catalog = new RESTCatalog()) {
      catalog.initialize(
          "test",
          Map.of(
              CatalogProperties.URI,
              server.uri(),
              CatalogProperties.FILE_IO_IMPL,
              LakeFiles.class.getName(),
              "token",
              RestServer.TOKEN));
      return catalog.loadTable(Tables.NAME);
    }
  }

  @Test
  void shouldCommitOnceWhenTheServersReplyWasLost() throws Exception {
    try (Sink sink = prepared()) {
      List<CommittedFile> files;
      try (var writer = Tables.open(sink, shape().schema(), 1, 1)) {
        files = Tables.chunk(writer, List.of(row(1), row(2), row(3)));
      }
      Manifest manifest = Tables.manifest(files);
      server.loseReply();

      // Iceberg's client asks the server itself whether the commit is in, and finds it.
      sink.finish(manifest);
      assertThat(server.replyIsLost()).isTrue();
      sink.finish(manifest);
    }
    assertThat(table().snapshots())
        .singleElement()
        .satisfies(s -> assertThat(s.summary()).containsEntry("added-records", "3"));
    assertThat(Tables.read(table())).hasSize(3);
  }

  @Test
  void shouldSayThatTheServerRefusesWhenTheTokenIsWrong() throws Exception {
    try (Sink sink = sink("geheim")) {
      TaskException e = catchThrowableOfType(TaskException.class, () -> sink.check(shape()));
      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
      assertThat(e)
          .hasMessageContainingAll(server.uri(), "permission denied")
          .hasMessageNotContaining("geheim");
    }
  }

  @Test
  void shouldWaitWhenTheServerIsAway() throws Exception {
    String uri = server.uri();
    server.close();
    try (Sink sink = sink()) {
      TaskException e = catchThrowableOfType(TaskException.class, () -> sink.check(shape()));
      assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE);
      assertThat(e).hasMessageContainingAll(uri, "does not answer");
    }
  }
}
