package io.tidemark.reconciler.app;

import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.reconciler.flow.Peers;
import io.tidemark.reconciler.status.Listener;
import io.tidemark.reconciler.status.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks other reconcilers over HTTP, with the first token of those that it takes itself, and trusts
 * the certificates that it shows itself: a fleet has the same tokens file, and certificates of one
 * authority. An instance that did not answer is left alone for a while, so that a dead one does not
 * slow every answer.
 */
final class PeerClient implements Peers, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PeerClient.class);
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final long REST_NANOS = Duration.ofSeconds(3).toNanos();

  private final HttpClient http;
  private final String scheme;
  private final Optional<String> token;
  private final Map<String, Long> silent = new ConcurrentHashMap<>();

  PeerClient(HttpSettings settings) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT);
    settings.tls().map(PeerClient::trusting).ifPresent(builder::sslContext);
    http = builder.build();
    scheme = settings.tls().isPresent() ? "https" : "http";
    token = settings.tokens().map(Tokens::first);
  }

  private static SSLContext trusting(Listener.Tls tls) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (String alias : Collections.list(tls.keys().aliases())) {
        Certificate[] chain = tls.keys().getCertificateChain(alias);
        int n = 0;
        for (Certificate c :
            chain == null ? new Certificate[] {tls.keys().getCertificate(alias)} : chain) {
          trusted.setCertificateEntry(alias + "-" + n++, c);
        }
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot use the certificates of this server", e);
    }
  }

  @Override
  public byte[] ask(String host, String address) {
    Long since = silent.get(host);
    if (since != null && System.nanoTime() - since < REST_NANOS) {
      throw silent(host, null);
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(scheme + "://" + host + address)).timeout(ANSWER);
    token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
    try {
      HttpResponse<byte[]> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      silent.remove(host);
      if (answer.statusCode() != 200) {
        LOG.debug("{} answered {} to {}", host, answer.statusCode(), address);
        if (answer.statusCode() == 401 || answer.statusCode() == 421) {
          LOG.warn(
              "the reconciler at {} refuses to answer this one; give all the same tokens, and each"
                  + " its http.advertised",
              host);
        }
        throw new NotHereException("the reconciler at " + host + " cannot answer now", null);
      }
      return answer.body();
    } catch (IOException e) {
      silent.put(host, System.nanoTime());
      LOG.debug("{} does not answer: {}", host, e.toString());
      throw silent(host, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotHereException("interrupted", e);
    }
  }

  private static NotHereException silent(String host, IOException cause) {
    return new NotHereException("the reconciler at " + host + " does not answer; try again", cause);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
