package io.tidemark.schemas.spec;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;

/** Collects what is wrong with one spec, so that its user hears of it all at once. */
final class Problems {

  private final String fileName;
  private final Set<SpecError> errors = new LinkedHashSet<>();

  Problems(String fileName) {
    this.fileName = fileName;
  }

  void add(Position at, String path, String message, String suggestion) {
    errors.add(new SpecError(at.line(), at.column(), path, message, suggestion));
  }

  /** Whether something is wrong with the value at exactly that path. */
  boolean has(String path) {
    return errors.stream().anyMatch(e -> e.path().equals(path));
  }

  /**
   * @throws SpecException if there is anything
   */
  void throwIfAny() throws SpecException {
    if (!errors.isEmpty()) {
      throw new SpecException(
          fileName,
          errors.stream()
              .sorted(Comparator.comparingInt(SpecError::line).thenComparingInt(SpecError::column))
              .toList());
    }
  }
}
