package io.tidemark.core.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The consumer group as Kafka's coordinator behaves under cooperative rebalancing with static
 * members: every change raises the generation; a queue moves only once its owner has let go of it,
 * or was thrown out; offsets are refused to members of an old generation, and to nobody else.
 */
final class SimGroup {

  private static final class Member {
    private int incarnation;
    private long lastPoll;
    private final Set<Integer> owned = new TreeSet<>();
  }

  /**
   * What a member hears when it polls.
   *
   * @param fenced another process has its name: it must end
   * @param lost it was thrown out, and what it had is gone
   */
  record Heard(
      boolean fenced, boolean lost, int generation, Set<Integer> revoke, Set<Integer> assigned) {}

  private final Scheduler scheduler;
  private final int queues;
  private final int sessionMs;
  private final Mutation mutation;
  private final Map<String, Member> members = new TreeMap<>();
  private final Map<Integer, String> target = new TreeMap<>();
  private int generation;

  SimGroup(Scheduler scheduler, int queues, int sessionMs, Mutation mutation) {
    this.scheduler = scheduler;
    this.queues = queues;
    this.sessionMs = sessionMs;
    this.mutation = mutation;
  }

  /**
   * A member's heartbeat, and its part in a rebalance.
   *
   * @param joined whether this process has been a member before
   */
  Heard poll(String name, int incarnation, boolean joined) {
    Member m = members.get(name);
    if (m != null && m.incarnation != incarnation && joined) {
      return new Heard(true, false, generation, Set.of(), Set.of());
    }
    boolean lost = m == null && joined;
    Set<Integer> assigned = new TreeSet<>();
    if (m == null) {
      m = new Member();
      members.put(name, m);
      rebalance(false);
    } else if (m.incarnation != incarnation) {
      // A static member came back in time: it finds what it had, and nothing else moves.
      assigned.addAll(m.owned);
    }
    m.incarnation = incarnation;
    m.lastPoll = scheduler.now();
    Set<Integer> revoke = new TreeSet<>(m.owned);
    revoke.removeIf(q -> name.equals(target.get(q)));
    assigned.removeAll(revoke);
    for (int q = 0; q < queues; q++) {
      if (name.equals(target.get(q)) && owner(q) == null) {
        m.owned.add(q);
        assigned.add(q);
      }
    }
    return new Heard(false, lost, generation, revoke, assigned);
  }

  private String owner(int queue) {
    for (Map.Entry<String, Member> e : members.entrySet()) {
      if (e.getValue().owned.contains(queue)) {
        return e.getKey();
      }
    }
    return null;
  }

  /** A member has let go of queues and joins again. */
  void released(String name, int incarnation, Set<Integer> gone) {
    Member m = members.get(name);
    if (m != null && m.incarnation == incarnation) {
      m.owned.removeAll(gone);
      generation++;
    }
  }

  void leave(String name, int incarnation) {
    Member m = members.get(name);
    if (m != null && m.incarnation == incarnation) {
      members.remove(name);
      rebalance(false);
    }
  }

  /** Throws out who was silent too long. */
  void expire() {
    boolean gone = members.values().removeIf(m -> scheduler.now() - m.lastPoll > sessionMs);
    if (gone) {
      rebalance(false);
    }
  }

  /** The coordinator was away itself: nobody is late. */
  void forgiveSilence() {
    members.values().forEach(m -> m.lastPoll = scheduler.now());
  }

  /** Deals the queues again: those without a member of the group, or all of them anyhow. */
  void rebalance(boolean shuffle) {
    generation++;
    target.values().removeIf(name -> shuffle || !members.containsKey(name));
    List<String> names = new ArrayList<>(members.keySet());
    if (names.isEmpty()) {
      return;
    }
    for (int i = names.size() - 1; i > 0; i--) {
      Collections.swap(names, i, scheduler.between(0, i));
    }
    for (int q = 0; q < queues; q++) {
      if (!target.containsKey(q)) {
        target.put(
            q, shuffle ? names.get(scheduler.between(0, names.size() - 1)) : emptiest(names));
      }
    }
  }

  private String emptiest(List<String> names) {
    String best = names.get(0);
    for (String name : names) {
      if (load(name) < load(best)) {
        best = name;
      }
    }
    return best;
  }

  private long load(String name) {
    return target.values().stream().filter(name::equals).count();
  }

  /** Whether offsets of that member may be committed: what TxnOffsetCommit checks. */
  boolean accepts(String name, int incarnation, int ofGeneration) {
    if (mutation == Mutation.GROUP_ACCEPTS_OLD_GENERATIONS) {
      return true;
    }
    Member m = members.get(name);
    return m != null && m.incarnation == incarnation && ofGeneration == generation;
  }
}
