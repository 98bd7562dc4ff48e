package io.tidemark.connectors.s3;

import io.tidemark.core.retry.TaskException;

/**
 * A place in an object store.
 *
 * @param bucket its name
 * @param key of an object, or what keys begin with, without a slash at either end; may be empty
 */
record S3Url(String bucket, String key) {

  private static final String SCHEME = "s3://";

  /**
   * @param setting the setting that holds it, for messages
   * @throws TaskException FATAL if it is none
   */
  static S3Url of(String text, String setting) throws TaskException {
    int slash = text.indexOf('/', SCHEME.length());
    String bucket =
        text.startsWith(SCHEME)
            ? text.substring(SCHEME.length(), slash < 0 ? text.length() : slash)
            : "";
    if (bucket.isEmpty()) {
      throw TaskException.fatal(
          setting + ": '" + text + "' is no URL of an object store; write s3://bucket/prefix");
    }
    String key = slash < 0 ? "" : text.substring(slash + 1);
    return new S3Url(bucket, key.endsWith("/") ? key.substring(0, key.length() - 1) : key);
  }

  /** The place of another key in the same bucket. */
  S3Url at(String other) {
    return new S3Url(bucket, other);
  }

  /** The key of what lies below this place. */
  String below(String path) {
    if (path.isEmpty()) {
      return key;
    }
    return key.isEmpty() ? path : key + "/" + path;
  }

  @Override
  public String toString() {
    return SCHEME + bucket + "/" + key;
  }
}
