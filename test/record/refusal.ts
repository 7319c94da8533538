// What a decision gives, or the words it refuses with.

import assert from 'node:assert/strict';
import { UsageError } from '../../src/engine/errors.ts';

export function answerOrRefusal<T>(decide: () => T): T | string {
  try {
    return decide();
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  }
}
