package io.tidemark.bench;

import io.tidemark.bench.run.Section;
import java.util.List;

/** One scenario. */
interface Suite {

  /** What the command line calls it. */
  String name();

  /** Measures, and returns its tables. */
  List<Section> run(Env env) throws Exception;
}
