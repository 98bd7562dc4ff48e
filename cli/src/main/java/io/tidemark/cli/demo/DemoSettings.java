package io.tidemark.cli.demo;

import java.nio.file.Path;

/**
 * What a demo does.
 *
 * @param dataFile Parquet file with the flights
 * @param workers worker processes, at least 2
 * @param keep whether the folder with the logs stays
 */
public record DemoSettings(Path dataFile, int workers, boolean keep) {}
