package io.tidemark.connectors.file;

class AvroSinkContractTest extends FileSinkContract {
  @Override
  String settings() {
    return "'format': 'avro'";
  }

  @Override
  String readBack() {
    return "'format': 'avro'";
  }
}
