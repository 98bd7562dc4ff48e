package io.tidemark.connectors.file;

class CsvSinkContractTest extends FileSinkContract {
  @Override
  String settings() {
    return "'format': 'csv'";
  }

  @Override
  String readBack() {
    return "'format': 'csv', 'schema': {'id': 'int'}";
  }
}
