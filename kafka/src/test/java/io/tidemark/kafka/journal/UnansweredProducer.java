package io.tidemark.kafka.journal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;

/** A real producer, of which the first to be made never gets an answer to its commits. */
final class UnansweredProducer implements Function<Map<String, Object>, Producer<byte[], byte[]>> {

  /** Where the commit is lost. */
  enum Lost {
    ON_THE_WAY_THERE,
    ON_THE_WAY_BACK
  }

  private final Lost lost;
  private boolean first = true;

  UnansweredProducer(Lost lost) {
    this.lost = lost;
  }

  @Override
  @SuppressWarnings("unchecked")
  public Producer<byte[], byte[]> apply(Map<String, Object> settings) {
    var producer = new KafkaProducer<byte[], byte[]>(settings);
    if (!first) {
      return producer;
    }
    first = false;
    return (Producer<byte[], byte[]>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Producer.class},
            new InvocationHandler() {
              private boolean committed;

              @Override
              public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
                if (method.getName().equals("commitTransaction")) {
                  if (lost == Lost.ON_THE_WAY_BACK && !committed) {
                    producer.commitTransaction();
                    committed = true;
                  }
                  throw new TimeoutException("no answer");
                }
                try {
                  return method.invoke(producer, args);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }
            });
  }
}
