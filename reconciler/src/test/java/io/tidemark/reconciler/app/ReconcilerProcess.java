package io.tidemark.reconciler.app;

import java.util.HashMap;
import java.util.Map;

/** A reconciler as a process of its own, to be killed. Prints its port. */
final class ReconcilerProcess {

  private ReconcilerProcess() {}

  /** Settings as {@code NAME=VALUE}. */
  public static void main(String[] args) throws Exception {
    Map<String, String> settings = new HashMap<>();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      settings.put(arg.substring(0, equals), arg.substring(equals + 1));
    }
    Reconciler reconciler = Reconciler.start(ReconcilerConfig.of(settings));
    System.out.println("port " + reconciler.port());
    // Ends with its parent, however that ends.
    while (System.in.read() >= 0) {}
    reconciler.close();
    System.exit(0);
  }
}
