// Channel `email`: plain text by SMTP (nodemailer, docs/decisions/0011). The address is resolved and looked at here; the library gets an address,
// never a name, and neither files nor URLs. Nothing that is not ours stands in a header.
import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { addressClass } from '../../lib/address-class.ts';
import type { AddressGuard } from '../../lib/address-guard.ts';
import type { SubscriptionSpec } from '../../object/kinds.ts';
import { connectionFailure, failed, type Message, missingSecret, type OpenSecret, SEND_TIMEOUT_MS, type Send } from '../send.ts';
import { summaryOf } from '../summary.ts';

type EmailChannel = Extract<SubscriptionSpec['channel'], { type: 'email' }>;

export function emailSender(channel: EmailChannel, openSecret: OpenSecret, guard: AddressGuard): Send {
  return async (message, signal) => {
    const { user, password, host } = channel;
    const pass = password === undefined ? undefined : openSecret(password.secret)?.trim();
    if (password !== undefined && pass === undefined) return missingSecret(password.secret);
    try {
      const [place] = await guard.addressesOf(host);
      if (!place) return failed('the name has no address');
      if (channel.tls === 'none' && addressClass(place.address) !== 'private')
        return failed('it is not in a private network, and tls is none');
      const auth = user === undefined || pass === undefined ? {} : { auth: { user, pass } };
      const transport = createTransport({ ...transportOf(channel, place.address), ...auth });
      await transport.sendMail({ ...mailOf(channel, message), signal });
      return { type: 'sent' };
    } catch (error) {
      return connectionFailure(signal.aborted ? signal.reason : error);
    }
  };
}

function transportOf({ host, port, tls }: EmailChannel, address: string) {
  return {
    host: address,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: isIP(host) === 0 ? { servername: host } : {},
    connectionTimeout: SEND_TIMEOUT_MS,
    greetingTimeout: SEND_TIMEOUT_MS,
    socketTimeout: SEND_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** One subject line for each type of event, so that mails about one thing stand together; the id tells duplicates apart. */
function mailOf({ from, to }: EmailChannel, { id, body }: Message) {
  const { title, severity, facts, ticket } = summaryOf(body);
  const next =
    ticket === undefined ? '' : `\n\nTo decide: sallyport approval show ${ticket}\nOr by link: sallyport approval link ${ticket}`;
  const lines = facts.map(([label, value]) => `${label}: ${value.replaceAll(/[\r\n]+/g, ' ')}`);
  return {
    from,
    to: [...to],
    subject: `[sallyport] ${severity === 'info' ? '' : `${severity}: `}${title}`,
    messageId: `<${id}@sallyport.invalid>`,
    headers: { 'auto-submitted': 'auto-generated', 'x-sallyport-event': id, 'x-sallyport-type': body.type },
    text: `${title}\n\n${lines.join('\n')}${next}\n\nEvent: ${body.type} ${id}\n`,
  };
}
