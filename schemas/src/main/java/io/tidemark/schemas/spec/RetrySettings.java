package io.tidemark.schemas.spec;

import java.time.Duration;

/**
 * What happens after a transient failure.
 *
 * @param attempts failed attempts without cursor progress until the partition is FAILED
 * @param initial upper end of the first wait; doubles with each attempt
 * @param max longest wait, not less than {@code initial}
 */
public record RetrySettings(int attempts, Duration initial, Duration max) {}
