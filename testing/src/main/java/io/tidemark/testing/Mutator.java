package io.tidemark.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Damages valid inputs. What it does depends on the random numbers alone, so that a seed gives the
 * same input again.
 */
public final class Mutator {

  /** Inputs do not grow beyond this many bytes by being damaged. */
  static final int MOST = 1 << 20;

  private static final byte[] EDGES = {0, 1, 0x7F, (byte) 0x80, (byte) 0xFE, (byte) 0xFF};

  /** Lengths that are none: varints, then 4 and 8 bytes of both orders. */
  private static final List<byte[]> HUGE =
      List.of(
          bytes(0xFF, 0xFF, 0xFF, 0xFF, 0x0F),
          bytes(0xFE, 0xFF, 0xFF, 0xFF, 0x0F),
          bytes(0x80, 0x80, 0x80, 0x80, 0x08),
          bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01),
          bytes(0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01),
          bytes(0x7F, 0xFF, 0xFF, 0xFF),
          bytes(0xFF, 0xFF, 0xFF, 0x7F),
          bytes(0x80, 0, 0, 0),
          bytes(0, 0, 0, 0x10),
          bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F));

  /** Lone and overlong UTF-8, a surrogate, beyond U+10FFFF; byte order marks; zero bytes. */
  private static final List<byte[]> NO_TEXT =
      List.of(
          bytes(0xC3),
          bytes(0xA9),
          bytes(0xC0, 0x80),
          bytes(0xED, 0xA0, 0x80),
          bytes(0xF5, 0x80, 0x80, 0x80),
          bytes(0xEF, 0xBB, 0xBF),
          bytes(0xFE, 0xFF),
          bytes(0xFF, 0xFE, 0, 0),
          bytes(0));

  private final List<byte[]> corpus;
  private final List<byte[]> pieces;

  /**
   * @param corpus valid inputs, none empty
   * @param pieces what the format's syntax is made of: put in between, and nested by repeating
   */
  public Mutator(List<byte[]> corpus, List<String> pieces) {
    this.corpus = List.copyOf(corpus);
    this.pieces = pieces.stream().map(p -> p.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /** A valid input with one to four changes. */
  public byte[] next(RandomGenerator random) {
    byte[] input = any(corpus, random);
    for (int n = random.nextInt(1, 5); n > 0; n--) {
      input = change(input, random);
    }
    return input;
  }

  private byte[] change(byte[] in, RandomGenerator random) {
    int at = random.nextInt(in.length + 1);
    int to = Math.min(in.length, at + 1 + random.nextInt(random.nextInt(8) == 0 ? 4_096 : 16));
    byte[] part = Arrays.copyOfRange(in, at, to);
    return switch (random.nextInt(16)) {
      case 0, 1, 2 -> set(in, at, b -> b ^ (1 << random.nextInt(8)));
      case 3 -> set(in, at, b -> random.nextInt());
      case 4 -> set(in, at, b -> EDGES[random.nextInt(EDGES.length)]);
      case 5 -> replaced(in, at, at, bytes(random.nextInt()));
      case 6 -> replaced(in, at, to, new byte[0]);
      case 7 -> replaced(in, at, at, part);
      case 8 -> random.nextInt(3) > 0 ? in : Arrays.copyOf(in, at);
      case 9 -> spliced(in, at, random);
      case 10 -> {
        byte[] huge = any(HUGE, random);
        int end = random.nextBoolean() ? at + 1 : at + huge.length;
        yield replaced(in, at, Math.min(in.length, end), huge);
      }
      case 11 -> replaced(in, at, at, any(NO_TEXT, random));
      case 12 -> replaced(in, at, at, repeated(part, random));
      case 13 -> replaced(in, at, at, repeated(piece(random), random));
      case 14 -> replaced(in, at, to, piece(random));
      default -> replaced(in, at, at, piece(random));
    };
  }

  private byte[] piece(RandomGenerator random) {
    return pieces.isEmpty() ? bytes(random.nextInt()) : any(pieces, random);
  }

  /** The head of one input and the tail of another. */
  private byte[] spliced(byte[] in, int at, RandomGenerator random) {
    byte[] other = any(corpus, random);
    return replaced(
        in, at, in.length, Arrays.copyOfRange(other, random.nextInt(other.length), other.length));
  }

  /** Mostly a few times; seldom so often that it nests too deep, or makes a line too long. */
  private static byte[] repeated(byte[] part, RandomGenerator random) {
    int times = random.nextInt(8) == 0 ? random.nextInt(100_000) : random.nextInt(2, 30);
    int most = random.nextInt(4) == 0 ? MOST : 16_384;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < times && out.size() + part.length <= most; i++) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private interface Change {
    int apply(byte old);
  }

  private static byte[] set(byte[] in, int at, Change change) {
    byte[] out = in.clone();
    if (at < out.length) {
      out[at] = (byte) change.apply(out[at]);
    }
    return out;
  }

  private static byte[] replaced(byte[] in, int from, int to, byte[] with) {
    if (in.length + with.length > MOST) {
      return in;
    }
    byte[] out = Arrays.copyOf(in, in.length - (to - from) + with.length);
    System.arraycopy(with, 0, out, from, with.length);
    System.arraycopy(in, to, out, from + with.length, in.length - to);
    return out;
  }

  private static byte[] any(List<byte[]> list, RandomGenerator random) {
    return list.get(random.nextInt(list.size()));
  }

  private static byte[] bytes(int... values) {
    byte[] out = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      out[i] = (byte) values[i];
    }
    return out;
  }
}
