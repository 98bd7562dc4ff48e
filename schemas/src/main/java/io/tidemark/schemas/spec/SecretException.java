package io.tidemark.schemas.spec;

import java.util.List;

/** References that could not be resolved. Names each and where it stands, and holds no secret. */
public final class SecretException extends Exception {

  private static final long serialVersionUID = 1L;

  SecretException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
