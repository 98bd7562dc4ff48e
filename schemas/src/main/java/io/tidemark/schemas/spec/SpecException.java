package io.tidemark.schemas.spec;

import java.util.List;
import java.util.stream.Collectors;

/** A spec that cannot be used: everything that is wrong with it, at once. */
public final class SpecException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String fileName;
  private final transient List<SpecError> errors;

  SpecException(String fileName, List<SpecError> errors) {
    super(
        (errors.size() == 1 ? "1 error in " : errors.size() + " errors in ")
            + fileName
            + errors.stream().map(e -> "\n  " + fileName + ":" + e).collect(Collectors.joining()));
    this.fileName = fileName;
    this.errors = List.copyOf(errors);
  }

  /** What the spec was called, as given to the parser. */
  public String fileName() {
    return fileName;
  }

  /** At least one, in the order of their lines. */
  public List<SpecError> errors() {
    return errors;
  }
}
