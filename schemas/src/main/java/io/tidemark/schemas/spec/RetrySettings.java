package io.tidemark.schemas.spec;

import java.time.Duration;

/**
 * What happens after a failure that may pass.
 *
 * @param attempts failed attempts without cursor progress until the partition is FAILED
 * @param initial upper end of the first wait; doubles with each attempt
 * @param max longest wait, not less than {@code initial}
 * @param outage how long a source or sink that is away or overloaded costs no attempt
 */
public record RetrySettings(int attempts, Duration initial, Duration max, Duration outage) {}
