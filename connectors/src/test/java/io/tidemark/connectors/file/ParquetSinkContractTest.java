package io.tidemark.connectors.file;

class ParquetSinkContractTest extends FileSinkContract {
  @Override
  String settings() {
    return "'format': 'parquet', 'compression': 'snappy'";
  }

  @Override
  String readBack() {
    return "'format': 'parquet'";
  }
}
