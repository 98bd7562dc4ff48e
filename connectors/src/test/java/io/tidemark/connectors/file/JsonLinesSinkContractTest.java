package io.tidemark.connectors.file;

class JsonLinesSinkContractTest extends FileSinkContract {
  @Override
  String settings() {
    return "'format': 'jsonl'";
  }

  @Override
  String readBack() {
    return "'format': 'jsonl', 'schema': {'id': 'int', 'note': 'string'}";
  }
}
