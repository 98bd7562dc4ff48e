package io.tidemark.kafka.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;

/** Says in seconds whether Kafka answers, where a Kafka client would warn and retry for ever. */
public final class Reachable {

  private Reachable() {}

  /**
   * Asks the cluster who it is.
   *
   * @param adminProps settings of an admin client, see {@link ClientConfig#admin()}
   * @param timeout how long to try; 10 s is a good value
   * @throws KafkaUnreachableException if no broker answered, or the login was refused
   */
  public static void check(Map<String, Object> adminProps, Duration timeout)
      throws KafkaUnreachableException, InterruptedException {
    Object servers = adminProps.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    int millis = Math.toIntExact(timeout.toMillis());
    try (Admin admin = Admin.create(adminProps)) {
      admin.describeCluster(new DescribeClusterOptions().timeoutMs(millis)).nodes().get();
    } catch (ExecutionException e) {
      throw unreachable(servers, timeout, e.getCause());
    } catch (KafkaException e) {
      // Such as: none of the host names can be resolved.
      throw unreachable(servers, timeout, e.getCause() == null ? e : e.getCause());
    }
  }

  private static KafkaUnreachableException unreachable(
      Object servers, Duration timeout, Throwable cause) {
    if (cause instanceof AuthenticationException) {
      return new KafkaUnreachableException(
          "Kafka at "
              + servers
              + " refused the login: "
              + cause.getMessage()
              + "; check the security settings in --command-config",
          cause);
    }
    return new KafkaUnreachableException(
        "cannot reach Kafka at "
            + servers
            + " within "
            + timeout.toMillis()
            + " ms: "
            + cause.getMessage()
            + "; check --bootstrap-server, the network, and that a broker runs there",
        cause);
  }
}
