// A write as the interface makes it: one Idempotency-Key per intention. Pressing again after a lost answer repeats the same key, so the
// server gives the first answer again; a finished write or a refusal the person has to act on starts a new one.
import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { idempotencyHeader, newIdempotencyKey } from './client';
import { Problem } from './problem';

export type WriteHeaders = { [idempotencyHeader]: string };

function answerWasLost(error: unknown): boolean {
  return error instanceof Problem && (error.status === 0 || error.status >= 500);
}

export function useWrite<Variables, Data>(
  write: (variables: Variables, headers: WriteHeaders) => Promise<Data>,
  done?: (data: Data, variables: Variables) => void,
): UseMutationResult<Data, Error, Variables> {
  const intention = useRef<{ key: string; of: string } | null>(null);
  return useMutation<Data, Error, Variables>({
    mutationFn: (variables) => {
      const of = JSON.stringify(variables) ?? '';
      if (intention.current?.of !== of) intention.current = { key: newIdempotencyKey(), of };
      return write(variables, { [idempotencyHeader]: intention.current.key });
    },
    onSuccess: (data, variables) => {
      intention.current = null;
      done?.(data, variables);
    },
    onError: (error) => {
      if (!answerWasLost(error)) intention.current = null;
    },
    retry: false,
  });
}
