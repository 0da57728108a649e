// Writing acts about a matter: one function per step, all of which make the lists and the page read again.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { useWrite, type WriteHeaders } from '../../api/use_write';

export function useRefreshMatter(matter: string): () => void {
  const client = useQueryClient();
  return useCallback(() => {
    void client.invalidateQueries({ queryKey: ['matter', matter] });
    void client.invalidateQueries({ queryKey: ['matters'] });
    void client.invalidateQueries({ queryKey: ['desk'] });
    void client.invalidateQueries({ queryKey: ['register'] });
  }, [client, matter]);
}

export type Step =
  | { step: 'check' | 'close'; body: Schema<'CommentCommand'> }
  | { step: 'send-back' | 'void' | 'withdraw' | 'purge'; body: Schema<'ReasonCommand'> }
  | { step: 'remind'; body: Schema<'MessageCommand'> }
  | { step: 'retrieve' | 'decline'; body: Schema<'ReleaseReference'> }
  | { step: 'open'; body: Schema<'OpenCommand'> }
  | { step: 'feedback'; body: Schema<'FeedbackCommand'> }
  | { step: 'hand-over'; body: Schema<'HandOverCommand'> }
  | { step: 'number'; body: Schema<'RegisterCommand'> }
  | { step: 'retain' };

function send(matter: string, act: Step, header: WriteHeaders): Promise<Schema<'Written'>> {
  const params = { path: { matter }, header };
  switch (act.step) {
    case 'check':
      return take(api.POST('/api/matters/{matter}/check', { params, body: act.body }));
    case 'close':
      return take(api.POST('/api/matters/{matter}/close', { params, body: act.body }));
    case 'send-back':
      return take(api.POST('/api/matters/{matter}/send-back', { params, body: act.body }));
    case 'void':
      return take(api.POST('/api/matters/{matter}/void', { params, body: act.body }));
    case 'withdraw':
      return take(api.POST('/api/matters/{matter}/withdraw', { params, body: act.body }));
    case 'purge':
      return take(api.POST('/api/matters/{matter}/purge', { params, body: act.body }));
    case 'remind':
      return take(api.POST('/api/matters/{matter}/remind', { params, body: act.body }));
    case 'retrieve':
      return take(api.POST('/api/matters/{matter}/retrieve', { params, body: act.body }));
    case 'decline':
      return take(api.POST('/api/matters/{matter}/decline', { params, body: act.body }));
    case 'open':
      return take(api.POST('/api/matters/{matter}/open', { params, body: act.body }));
    case 'feedback':
      return take(api.POST('/api/matters/{matter}/feedback', { params, body: act.body }));
    case 'hand-over':
      return take(api.POST('/api/matters/{matter}/hand-over', { params, body: act.body }));
    case 'number':
      return take(api.POST('/api/matters/{matter}/number', { params, body: act.body }));
    case 'retain':
      return take(api.POST('/api/matters/{matter}/retain', { params }));
  }
}

export function useStep(matter: string, done: (written: Schema<'Written'>, step: Step) => void) {
  const refresh = useRefreshMatter(matter);
  return useWrite<Step, Schema<'Written'>>(
    (step, headers) => send(matter, step, headers),
    (written, step) => {
      refresh();
      done(written, step);
    },
  );
}
