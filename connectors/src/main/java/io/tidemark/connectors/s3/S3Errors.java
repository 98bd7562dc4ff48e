package io.tidemark.connectors.s3;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Failures of an object store, classified. A store that asks to slow down is OVERLOAD, one that
 * does not answer UNAVAILABLE; its own errors are TRANSIENT. Keys that this process has not, or
 * that have run out, are LOCAL; permissions and buckets that are not there FATAL.
 */
final class S3Errors {

  private static final int LONGEST = 300;

  private S3Errors() {}

  /**
   * @param what what failed, and where
   */
  static TaskException of(String what, SdkException e) {
    return e instanceof AwsServiceException answer ? answered(what, answer) : unanswered(what, e);
  }

  /** Whether that is the answer for an object, or an upload, that is not there. */
  static boolean isMissing(AwsServiceException e) {
    return e.statusCode() == 404 && !code(e).equals("NoSuchBucket");
  }

  /** Whether a condition of the request was not met. */
  static boolean isUnmet(AwsServiceException e) {
    return e.statusCode() == 412;
  }

  /** The store's own code; empty where it gives none, as for requests without a body. */
  static String code(AwsServiceException e) {
    return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
        ? ""
        : e.awsErrorDetails().errorCode();
  }

  private static TaskException answered(String what, AwsServiceException e) {
    String code = code(e);
    return switch (code) {
      case "NoSuchBucket" ->
          failure(FailureKind.FATAL, what, e, "there is no such bucket; create it, or correct url");
      case "InvalidAccessKeyId", "SignatureDoesNotMatch" ->
          failure(
              FailureKind.LOCAL,
              what,
              e,
              "the store does not know these credentials; check accessKey and secretKey, or what"
                  + " the process finds instead");
      case "ExpiredToken", "InvalidToken", "TokenRefreshRequired" ->
          failure(FailureKind.LOCAL, what, e, "the session has run out; give it a new token");
      case "RequestTimeTooSkewed" ->
          failure(FailureKind.LOCAL, what, e, "this machine's clock is wrong; set it");
      case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint" ->
          failure(FailureKind.FATAL, what, e, "the bucket is in another region; correct region");
      case "NotImplemented" ->
          failure(FailureKind.FATAL, what, e, "the store does not know this request");
      case "SlowDown", "TooManyRequests", "RequestLimitExceeded", "Throttling" -> slow(what, e);
      case "RequestTimeout", "InternalError", "OperationAborted", "ConditionalRequestConflict" ->
          failure(FailureKind.TRANSIENT, what, e, "");
      default -> byStatus(what, e);
    };
  }

  private static TaskException slow(String what, AwsServiceException e) {
    return failure(
        FailureKind.OVERLOAD, what, e, "the store asks to slow down; it goes on by itself");
  }

  private static TaskException byStatus(String what, AwsServiceException e) {
    int status = e.statusCode();
    if (status == 503 || status == 429) {
      return slow(what, e);
    }
    return switch (status) {
      case 301, 307 ->
          failure(FailureKind.FATAL, what, e, "the bucket is in another region; correct region");
      case 401, 403 ->
          failure(
              FailureKind.FATAL,
              what,
              e,
              "permission denied; let these credentials list, read and write there");
      case 404 -> failure(FailureKind.FATAL, what, e, "it is not there");
      default -> failure(status >= 500 ? FailureKind.TRANSIENT : FailureKind.FATAL, what, e, "");
    };
  }

  private static TaskException failure(
      FailureKind kind, String what, AwsServiceException e, String remedy) {
    String code = code(e).isEmpty() ? "status " + e.statusCode() : code(e);
    String said =
        e.awsErrorDetails() == null || e.awsErrorDetails().errorMessage() == null
            ? ""
            : " (" + shortened(e.awsErrorDetails().errorMessage()) + ")";
    return new TaskException(
        kind, code, what + ": " + code + said + (remedy.isEmpty() ? "" : "; " + remedy), e);
  }

  private static TaskException unanswered(String what, SdkException e) {
    String said = String.valueOf(e.getMessage());
    if (said.contains("credentials")) {
      return new TaskException(
          FailureKind.LOCAL,
          "CREDENTIALS",
          what
              + ": this process finds no credentials; give accessKey and secretKey, or set"
              + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
          e);
    }
    return new TaskException(
        FailureKind.UNAVAILABLE,
        "",
        what + ": the store does not answer (" + shortened(said) + "); check endpoint and network",
        e);
  }

  private static String shortened(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }
}
